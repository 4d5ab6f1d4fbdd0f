import type { Condition, ConditionType, HelmReleaseStatus } from './helm-release.ts';

/** The conditions of Helm Operator 1.4.4; its CustomResourceDefinition refuses a status with any other. */
const CONDITION_TYPES: ReadonlySet<ConditionType> = new Set([
  'ChartFetched',
  'Deployed',
  'Released',
  'RolledBack',
  'Tested',
]);

/** The fields that it wrote and reads. */
const FIELDS: ReadonlySet<string> = new Set<keyof HelmReleaseStatus>([
  'observedGeneration',
  'phase',
  'releaseName',
  'releaseStatus',
  'revision',
  'lastAttemptedRevision',
  'rollbackCount',
]);

/** The part of a status that Helm Operator 1.4.4 knows, as it would have written it. */
export function statusOfHelmOperator(status: HelmReleaseStatus): HelmReleaseStatus {
  const fields = Object.entries(status).filter(([name]) => FIELDS.has(name));
  const { conditions } = status;
  return {
    ...Object.fromEntries(fields),
    ...(conditions === undefined
      ? {}
      : { conditions: conditions.filter(({ type }) => CONDITION_TYPES.has(type)).map(conditionOf) }),
  };
}

function conditionOf({ observedGeneration: _added, ...condition }: Condition): Condition {
  return condition;
}
