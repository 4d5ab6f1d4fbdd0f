import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { withPhase } from '../../api/phases.ts';
import { kubeTime } from '../../api/time.ts';
import { describe } from '../../api/errors.ts';
import type { Action } from '../decide/action.ts';
import type { Helm } from '../../helm/helm.ts';
import { started } from '../record/attempt.ts';
import type { RecordContext } from '../record/context.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import { meterEnd } from '../record/meter.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { cleanUpTests } from './clean-up-tests.ts';
import type { CleanUpTestsPorts } from './clean-up-tests.ts';
import { explainHook, hookOf } from './explain.ts';
import type { ExplainHookPorts } from './explain.ts';
import { isPlatformTrouble, isTestVerdict } from '../../helm/errors/platform-trouble.ts';
import { recordReleased } from './released.ts';
import { helmTimeout, runLimit } from './limits.ts';

export interface TestPorts extends FailPorts, CleanUpTestsPorts, ExplainHookPorts {
  readonly helm: Pick<Helm, 'test'>;
}

/** Written before the tests are run: a restart then knows that they are to be run to their end. */
export function testing(
  status: HelmReleaseStatus,
  { digest }: Plan,
  { revision, cause }: { readonly revision: number; readonly cause: string },
  context: RecordContext,
): HelmReleaseStatus {
  const operation = {
    action: 'test' as const,
    cause,
    digest,
    fromRevision: revision,
    toRevision: revision,
    startedAt: kubeTime(context.now),
  };
  return started(status, operation, undefined, `testing revision ${String(revision)}`, context);
}

/** Runs `helm test` on a revision that is ready, and takes away what that leaves. */
export async function test(
  pass: Pass,
  plan: Plan,
  { revision, ifFailed }: Extract<Action, { kind: 'test' }>,
  ports: TestPorts,
): Promise<void> {
  const { timeoutMs, ignoreFailures, cleanup } = plan.settings.test;
  await pass.save((status, context) => {
    const { operation } = status;
    const isBegun = operation?.action === 'test' && operation.toRevision === revision;
    return isBegun ? status : testing(status, plan, { revision, cause: 'Requested' }, context);
  });
  const outcome = await ports.helm.test(
    {
      namespace: plan.target.namespace,
      name: plan.target.releaseName,
      as: plan.account?.user,
      timeoutMs: helmTimeout(timeoutMs),
      limitMs: runLimit(timeoutMs, true),
      secrets: plan.values.secrets,
    },
    pass.signal,
  );
  if (outcome.kind === 'failed' && isPlatformTrouble(outcome.error)) throw outcome.error;
  if (outcome.kind === 'failed' && !isTestVerdict(outcome.error)) {
    // Nothing was tested, so nothing is undone: without a revision of its own the failure is tried again later.
    const doing = `helm test of revision ${String(revision)} could not be run`;
    await recordFailure(pass, { step: 'test', error: outcome.error, doing, plan, blameless: true }, ports);
    return;
  }
  const error =
    outcome.kind === 'failed'
      ? await explainHook(pass, outcome.error, { ...hookOf(plan, revision), test: true }, ports)
      : undefined;
  if (cleanup) await cleanUpTests(pass, plan, revision, ports);
  if (error === undefined) {
    pass.log.info('test succeeded', { revision });
    await pass.save((status, context) => withPhase(status, 'Tested', context));
    await recordReleased(pass, plan, revision, ports);
    return;
  }
  if (ignoreFailures) {
    pass.log.warn('test failed - ignoring failures', { revision, error: describe(error) });
    meterEnd(pass, ports.meter, false);
    await pass.save((status, context) => withPhase(status, 'TestFailed', context));
    await recordReleased(pass, plan, revision, { ...ports, meter: undefined });
    return;
  }
  const doing = `helm test of revision ${String(revision)} failed`;
  const after = { restorable: ifFailed === 'rollback', stays: ifFailed === 'stay' };
  await recordFailure(pass, { step: 'test', error, doing, plan, revision, ...after }, ports);
}
