import { conditionOf } from '../api/conditions.ts';
import { RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import { kubeTime } from '../api/time.ts';
import type { Action } from './decide/action.ts';
import { isContested } from './decide/foreign-changes.ts';
import { historyOf } from './observe/history.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';
import { troubled } from '../api/standing.ts';
import type { FailPorts } from './record/fail.ts';

/** Somebody else's change is answered, and said; but again and again would only make two programs fight for ever. */
export async function contestOf(
  pass: Pass,
  action: Action,
  newest: number,
  asked: boolean,
  { events }: Pick<FailPorts, 'events'>,
): Promise<Outcome | undefined> {
  if (!isAnswer(action)) return undefined;
  const event = { regarding: pass.release(), type: 'Warning', reason: 'ForeignChange' } as const;
  const cause = contestOver(pass, action, newest, asked);
  if (cause === undefined) {
    pass.note(({ contest: _over, ...status }) => status);
    events.record({ ...event, message: `${changed(pass)}: it is put back to what is wanted` });
    return undefined;
  }
  const known = conditionOf(pass.status().conditions, 'Stalled')?.message === cause;
  if (!known) events.record({ ...event, message: cause });
  await pass.save(({ operation: _overtaken, ...status }, context) => {
    const { observedGeneration, now } = context;
    const contest =
      status.contest?.revision === newest
        ? status.contest
        : { revision: newest, generation: pass.generation, since: kubeTime(now) };
    return troubled({ ...status, observedGeneration, contest }, 'ForeignChange', cause, false, context);
  });
  return { kind: 'stalled', cause };
}

/**
 * Why a change of somebody else's is not answered any more; undefined where it is, or where there is none. Time alone
 * ends no contest: whoever has begun it goes on as soon as there is an answer.
 */
export function contestOver(pass: Pass, action: Action, newest: number, asked: boolean): string | undefined {
  if (!isAnswer(action) || asked) return undefined;
  const { contest, operation, ...status } = pass.status();
  const isBegun = operation?.toRevision === newest + 1;
  const isEdited = contest !== undefined && contest.generation !== pass.generation;
  if (isBegun || isEdited) return undefined;
  if (contest?.revision !== newest && !isContested(historyOf(status), pass.now())) return undefined;
  return `${changed(pass)} three times within ten minutes and is left as it is: find out who does it, then set the annotation ${RECONCILE_AT_ANNOTATION} to a new value, or set spec.suspend`;
}

function isAnswer(action: Action): boolean {
  return 'because' in action && action.because === 'ForeignChange';
}

function changed({ target }: Pass): string {
  return `release ${formatTarget(target)} was changed by another helm`;
}
