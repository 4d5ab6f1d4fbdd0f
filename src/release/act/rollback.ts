import type { Helm } from '../../helm/helm.ts';
import { kubeTime } from '../../api/time.ts';
import { trailSentence } from '../../api/trail.ts';
import type { Action } from '../decide/action.ts';
import { isBlameless } from '../../helm/errors/platform-trouble.ts';
import { notLosing, recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import type { RevisionId } from '../observe/readiness.ts';
import { started } from '../record/attempt.ts';
import { explainRun } from './explain.ts';
import type { ExplainPorts } from './explain.ts';
import { tellingTaken } from '../tell/tell-taken.ts';
import type { TellTakenPorts } from '../tell/tell-taken.ts';
import { seal } from './seal.ts';
import type { SealPorts } from './seal.ts';
import { helmTimeout, runLimit } from './limits.ts';

export interface RollbackPorts extends SealPorts, FailPorts, ExplainPorts, TellTakenPorts {
  readonly helm: Pick<Helm, 'rollback'>;
}

/** Goes back to the revision that last worked, named by its number: never to "the previous one". */
export async function rollback(
  pass: Pass,
  plan: Plan,
  { because, from, to }: Extract<Action, { kind: 'rollback' }>,
  stored: RevisionId | undefined,
  ports: RollbackPorts,
): Promise<void> {
  const { target, signal } = pass;
  const { settings } = plan;
  const toRevision = from + 1;
  const doing = `rolling back from revision ${String(from)} to revision ${String(to)}`;
  await pass.save((status, context) =>
    started(
      status,
      {
        action: 'rollback',
        cause: because,
        digest: plan.digest,
        fromRevision: from,
        toRevision,
        startedAt: kubeTime(context.now),
      },
      undefined,
      doing,
      context,
    ),
  );
  pass.log.info('running rollback', { from, to });
  const { timeoutMs, disableHooks, force } = settings.rollback;
  const outcome = await tellingTaken(pass, plan, stored, ports, () =>
    ports.helm.rollback(
      {
        namespace: target.namespace,
        name: target.releaseName,
        as: plan.account?.user,
        revision: to,
        ...descriptionOf(pass, to),
        timeoutMs: helmTimeout(timeoutMs),
        limitMs: runLimit(timeoutMs, !disableHooks),
        noHooks: disableHooks,
        force,
        forceConflicts: settings.forceConflicts,
        maxHistory: settings.maxHistory,
        secrets: plan.values.secrets,
      },
      signal,
    ),
  );
  const ask = () => ports.storage.list(target.namespace, target.releaseName, signal);
  const records =
    outcome.kind === 'ok'
      ? await ask()
      : await notLosing(
          pass,
          { step: 'rollback', error: outcome.error, doing: `${doing} failed`, plan },
          ask,
        );
  const newest = records.at(-1);
  if (newest?.revision === toRevision && newest.status === 'deployed') {
    pass.log.info('rollback succeeded', { revision: toRevision, to });
    await seal(pass, plan, toRevision, ports);
    return;
  }
  if (outcome.kind === 'ok') return;
  const failed = newest?.revision === toRevision ? newest : undefined;
  await recordFailure(
    pass,
    {
      step: 'rollback',
      error: await explainRun(pass, plan, outcome.error, failed, ports),
      doing: `${doing} failed`,
      plan,
      blameless: isBlameless(outcome.error),
      ...(failed === undefined ? {} : { revision: toRevision }),
    },
    ports,
  );
}

/** The words of helm, and whose commit it goes back to. */
function descriptionOf(pass: Pass, to: number): { readonly description?: string } {
  const trail = entryOf(historyOf(pass.status()), to)?.trail;
  return trail === undefined ? {} : { description: `Rollback to ${String(to)}: ${trailSentence(trail)}` };
}
