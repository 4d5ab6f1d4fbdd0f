import { conditionOf } from '../api/conditions.ts';
import type { HelmRelease, HelmReleaseSpec, Operation } from '../api/helm-release.ts';
import { DEFAULTS } from '../api/schema/defaults.ts';
import type { ReleaseTimes } from '../telemetry/metrics/sources.ts';

/** What the status of a HelmRelease says of time, for the metrics. */
export function timesOf({ spec, status = {} }: HelmRelease): ReleaseTimes {
  const { conditions, operation } = status;
  return {
    readyChanged: seconds(conditionOf(conditions, 'Ready')?.lastTransitionTime),
    operation: operation === undefined ? undefined : operationOf(operation, spec),
  };
}

/** While helm runs there is no deadline yet: it has the timeout of the HelmRelease, for each hook anew. */
function operationOf(
  { action, startedAt, deadline }: Operation,
  spec: Partial<HelmReleaseSpec>,
): ReleaseTimes['operation'] {
  const started = seconds(startedAt);
  if (started === undefined) return undefined;
  return { action, started, deadline: seconds(deadline) ?? started + timeoutOf(action, spec) };
}

function timeoutOf(
  action: Operation['action'],
  { timeout, test, rollback }: Partial<HelmReleaseSpec>,
): number {
  const own = action === 'test' ? test?.timeout : action === 'rollback' ? rollback?.timeout : undefined;
  return own ?? timeout ?? DEFAULTS.timeoutSeconds;
}

function seconds(time: string | undefined): number | undefined {
  const at = Date.parse(time ?? '') / 1000;
  return Number.isNaN(at) ? undefined : at;
}
