import { withPhase } from '../../api/phases.ts';
import { describe } from '../../api/errors.ts';
import type { Helm } from '../../helm/helm.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { isPlatformTrouble } from './platform-trouble.ts';
import { recordReleased } from './released.ts';
import { helmTimeout, runLimit } from './limits.ts';

export interface TestPorts extends FailPorts {
  readonly helm: Pick<Helm, 'test'>;
}

/** Runs `helm test` on a revision that is ready. */
export async function test(
  pass: Pass,
  plan: Plan,
  revision: number,
  restorable: boolean,
  ports: TestPorts,
): Promise<void> {
  const { timeoutMs, ignoreFailures } = plan.settings.test;
  const outcome = await ports.helm.test(
    {
      namespace: plan.target.namespace,
      name: plan.target.releaseName,
      timeoutMs: helmTimeout(timeoutMs),
      limitMs: runLimit(timeoutMs, true),
      secrets: plan.values.secrets,
    },
    pass.signal,
  );
  if (outcome.kind === 'ok') {
    pass.log.info('test succeeded', { revision });
    await pass.save((status, context) => withPhase(status, 'Tested', context));
    await recordReleased(pass, plan, revision, ports);
    return;
  }
  // It has tested nothing: the next pass runs it again.
  if (isPlatformTrouble(outcome.error)) throw outcome.error;
  if (ignoreFailures) {
    pass.log.warn('test failed - ignoring failures', { revision, error: describe(outcome.error) });
    await pass.save((status, context) => withPhase(status, 'TestFailed', context));
    await recordReleased(pass, plan, revision, ports);
    return;
  }
  const doing = `helm test of revision ${String(revision)} failed`;
  await recordFailure(pass, { step: 'test', error: outcome.error, doing, plan, revision, restorable }, ports);
}
