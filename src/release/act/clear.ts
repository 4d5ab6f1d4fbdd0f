import type { Helm } from '../../helm/helm.ts';
import type { Action } from '../decide/action.ts';
import { recordFailure } from '../record/fail.ts';
import { mended } from '../record/failure.ts';
import { uninstallOperation } from '../record/uninstalling.ts';
import type { FailPorts } from '../record/fail.ts';
import { logEnd } from '../record/meter.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { explainHook, hookOf } from './explain.ts';
import type { ExplainHookPorts } from './explain.ts';
import { helmTimeout, runLimit } from './limits.ts';

export interface ClearPorts extends FailPorts, ExplainHookPorts {
  readonly helm: Pick<Helm, 'uninstall'>;
}

/** Removes what is left of a release that is to be installed anew. */
export async function clear(
  pass: Pass,
  plan: Plan,
  { revision, why }: Pick<Extract<Action, { kind: 'clear' }>, 'revision' | 'why'>,
  ports: ClearPorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  // First: the uninstall that a kill leaves unfinished is then known to be ours, and nobody has to wait for it. What the
  // conditions say goes on to be said: why it has come to this.
  await pass.save((status, { now }) => ({
    ...status,
    operation: uninstallOperation(revision, plan.digest, now),
  }));
  pass.log.info('running uninstall', { reason: why });
  const { timeoutMs } = plan.settings;
  const outcome = await ports.helm.uninstall(
    {
      namespace,
      name: releaseName,
      as: plan.account?.user,
      timeoutMs: helmTimeout(timeoutMs),
      limitMs: runLimit(timeoutMs, true),
      noHooks: false,
      secrets: plan.values.secrets,
    },
    pass.signal,
  );
  const success = outcome.kind === 'ok';
  logEnd(pass.log, revision, { action: 'uninstall', success, seconds: outcome.durationMs / 1000 });
  if (outcome.kind === 'ok') {
    pass.note(({ operation: _over, ...status }) => mended(status));
    return;
  }
  await recordFailure(
    pass,
    {
      step: 'uninstall',
      error: await explainHook(pass, outcome.error, hookOf(plan, revision), ports),
      doing: `removing release ${releaseName}, because ${why}, failed`,
      plan,
    },
    ports,
  );
}
