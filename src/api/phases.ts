import { isTrue, withCondition, withoutCondition } from './conditions.ts';
import type { Condition, ConditionStatus, ConditionType, HelmReleaseStatus, Phase } from './helm-release.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What a phase says: which conditions it sets (its own name is their reason), and the sentence. */
export interface PhaseMeaning {
  readonly sets: Readonly<Partial<Record<ConditionType, ConditionStatus>>>;
  /** Scripts and alert rules of 1.4.4's users match these words: not a letter may change. */
  readonly says: string;
}

export const PHASE_MEANINGS: Readonly<Record<Phase, PhaseMeaning>> = {
  ChartFetched: { sets: { ChartFetched: 'True' }, says: 'Chart fetch was successful for' },
  ChartFetchFailed: { sets: { ChartFetched: 'False', Released: 'False' }, says: 'Chart fetch failed for' },
  Installing: { sets: { Deployed: 'Unknown' }, says: 'Running installation for' },
  Upgrading: { sets: { Deployed: 'Unknown' }, says: 'Running upgrade for' },
  Deployed: { sets: { Deployed: 'True' }, says: 'Installation or upgrade succeeded for' },
  DeployFailed: {
    sets: { Deployed: 'False', Released: 'False' },
    says: 'Installation or upgrade failed for',
  },
  Testing: { sets: { Tested: 'Unknown' }, says: 'Testing' },
  TestFailed: { sets: { Tested: 'False', Released: 'False' }, says: 'Test failed for' },
  Tested: { sets: { Tested: 'True' }, says: 'Tested' },
  Succeeded: { sets: { Released: 'True' }, says: 'Release was successful for' },
  Failed: { sets: { Released: 'False' }, says: 'Release failed for' },
  RollingBack: { sets: { RolledBack: 'Unknown' }, says: 'Rolling back' },
  RolledBack: { sets: { RolledBack: 'True' }, says: 'Rolled back' },
  RollbackFailed: { sets: { RolledBack: 'False' }, says: 'Rollback failed for' },
};

/** About which release a phase is told, and what the moment is. */
export interface PhaseContext {
  readonly releaseName: string;
  readonly targetNamespace: string;
  readonly now: Date;
  readonly observedGeneration?: number | undefined;
  /** With `spec.test.ignoreFailures` a failed test says nothing about the release as a whole. */
  readonly ignoreTestFailures?: boolean;
}

export function phaseMessage(phase: Phase, releaseName: string, targetNamespace: string): string {
  return `${PHASE_MEANINGS[phase].says} Helm release '${releaseName}' in '${targetNamespace}'.`;
}

/**
 * The status with the release in that phase: its conditions, and what follows from them. A release that succeeds
 * has not been rolled back any more and starts to count anew; each rollback is counted once, however often
 * its phase is told. The very same status comes back when nothing changed.
 */
export function withPhase(
  status: HelmReleaseStatus | undefined,
  phase: Phase,
  context: PhaseContext,
): HelmReleaseStatus {
  const before = status ?? {};
  const conditions = conditionsIn(phase, before.conditions, context);
  const rollbackCount = countRollbacks(phase, before, conditions);
  if (before.phase === phase && before.conditions === conditions && before.rollbackCount === rollbackCount) {
    return before;
  }
  // The count is left out when it is zero, as it always was.
  return withoutUndefined({ ...before, phase, conditions, rollbackCount });
}

function conditionsIn(
  phase: Phase,
  conditions: readonly Condition[] | undefined,
  { releaseName, targetNamespace, now, observedGeneration, ignoreTestFailures }: PhaseContext,
): readonly Condition[] {
  const message = phaseMessage(phase, releaseName, targetNamespace);
  let list = conditions ?? [];
  for (const [type, status] of Object.entries(PHASE_MEANINGS[phase].sets) as [
    ConditionType,
    ConditionStatus,
  ][]) {
    if (phase === 'TestFailed' && type === 'Released' && ignoreTestFailures === true) continue;
    list = withCondition(list, { type, status, reason: phase, message, observedGeneration }, now);
    if (type === 'Released' && status === 'True') list = withoutCondition(list, 'RolledBack');
  }
  return list;
}

function countRollbacks(
  phase: Phase,
  before: HelmReleaseStatus,
  after: readonly Condition[],
): number | undefined {
  if (PHASE_MEANINGS[phase].sets.Released === 'True') return undefined;
  return isTrue(after, 'RolledBack') && !isTrue(before.conditions, 'RolledBack')
    ? (before.rollbackCount ?? 0) + 1
    : before.rollbackCount;
}
