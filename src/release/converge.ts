import type { HelmRelease } from '../api/helm-release.ts';
import type { Slots } from '../helm/slots.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import type { Tracer } from '../telemetry/tracing/tracer.ts';
import { claimRelease } from './admit/claim.ts';
import type { ClaimPorts } from './admit/claim.ts';
import { requireConverted } from './admit/require-converted.ts';
import type { RequireConvertedPorts } from './admit/require-converted.ts';
import { requireNamespace } from './admit/require-namespace.ts';
import type { RequireNamespacePorts } from './admit/require-namespace.ts';
import { readableRevisions } from './admit/require-rights.ts';
import { consider } from './consider.ts';
import type { Action } from './decide/action.ts';
import { contestOf } from './contest.ts';
import { inSlot } from './in-slot.ts';
import type { SlotWish } from './in-slot.ts';
import type { Revisions } from './observe/revisions.ts';
import type { OwnRelease } from './own-release.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { Pass } from './pass.ts';
import { isPassive, perform } from './perform.ts';
import type { PerformPorts } from './perform.ts';
import type { Plan } from './plan.ts';
import { slotFor } from './slot-for.ts';
import { tracedAction } from './traced-action.ts';
import { granted } from './wish.ts';
import type { Wish } from './wish.ts';

export type ConvergePorts = PerformPorts &
  ClaimPorts &
  RequireConvertedPorts &
  RequireNamespacePorts &
  OwnRelease & {
    /** Aborted when the operator is told to stop: the step under way is the last one. */
    readonly stopping: AbortSignal;
    readonly revisions: Revisions;
    readonly slots: Slots;
    readonly tracer: Pick<Tracer, 'isOn' | 'span'>;
    /** The HelmRelease as it is known to be now. */
    readonly find: (key: string) => HelmRelease | undefined;
  };

/** More steps than any release needs in one pass; beyond it something goes round in circles. */
const MAX_STEPS = 24;

interface Look {
  readonly wish: Wish | undefined;
  /** What a watch knows, which may lag; undefined asks the server. */
  readonly watched: readonly RevisionRecord[] | undefined;
  /** The slot in which this happens. */
  readonly slot: SlotWish | undefined;
}

type Step =
  | Outcome
  | { readonly kind: 'acted'; readonly action: Action['kind'] }
  | { readonly kind: 'needs'; readonly slot: SlotWish | undefined };

/**
 * Looks, decides and acts until there is nothing to do now. Nothing is done on the word of a watch, and helm is run only
 * on what was looked at after its slot was free: a slot may take minutes to come.
 */
export async function converge(
  pass: Pass,
  { plan, held }: { readonly plan: Plan; readonly held: Disposable },
  wish: Wish | undefined,
  ports: ConvergePorts,
): Promise<Outcome> {
  let acted = false;
  let look: Look = { wish, watched: ports.revisions.watched(pass.target), slot: undefined };
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (ports.stopping.aborted) return { kind: 'wait', ms: 0 };
    const current = look;
    const step = (): Promise<Step> => takeStep(pass, plan, current, ports);
    const result =
      current.slot === undefined
        ? await step()
        : await inSlot(pass, ports.slots, current.slot, () => {
            // There are few slots: the room for values is for those that wait for one.
            held[Symbol.dispose]();
            return step();
          });
    if (result.kind === 'acted') {
      acted = true;
      look = {
        // The wish of a person is granted once.
        wish: CORRECTIONS.has(result.action) ? look.wish : undefined,
        watched: KNOWN_AFTERWARDS.has(result.action) ? ports.revisions.watched(pass.target) : undefined,
        slot: undefined,
      };
    } else if (result.kind === 'needs') {
      look = { ...look, watched: undefined, slot: result.slot };
    } else {
      if (result.kind === 'done' && !acted) pass.log.info('no changes');
      return result;
    }
  }
  throw new Error(`the release did not settle within ${String(MAX_STEPS)} steps`);
}

async function takeStep(
  pass: Pass,
  plan: Plan,
  { wish, watched, slot: held }: Look,
  ports: ConvergePorts,
): Promise<Step> {
  if (held !== undefined && isOvertaken(pass, ports)) return { kind: 'wait', ms: 0 };
  const fresh = watched === undefined;
  const read = fresh ? await readableRevisions(pass, plan, ports) : { records: watched };
  if (!('records' in read)) return read;
  const { records } = read;
  const claimed = await claimRelease(pass, records, fresh, ports);
  if (claimed === 'unsure') return { kind: 'needs', slot: held };
  if (claimed !== 'ours') return claimed;
  const obstacle =
    records.length === 0
      ? ((await requireNamespace(pass, ports)) ?? (await requireConverted(pass, ports)))
      : undefined;
  if (obstacle !== undefined) return obstacle;
  const asked = wish !== undefined;
  const { observed, action } = await consider(pass, plan, { records, fresh, asked }, ports);
  if (!isPassive(action)) {
    const slot = slotFor(action, plan);
    if (!fresh || slot?.pool !== held?.pool) return { kind: 'needs', slot };
  }
  const contest = await contestOf(pass, action, records.at(-1)?.revision ?? 0, asked, ports);
  if (contest !== undefined) return contest;
  // The first write for the action, which comes before helm runs, takes it along.
  if (!CORRECTIONS.has(action.kind) && !isPassive(action)) pass.note((status) => granted(status, wish));
  const result = await tracedAction(action, pass, plan, ports.tracer, () =>
    perform(action, pass, plan, { observed, records }, ports),
  );
  return result === 'again' ? { kind: 'acted', action: action.kind } : result;
}

/** Actions that only say in Helm's storage what is so: nothing that a person may have asked for is done by them. */
const CORRECTIONS: ReadonlySet<Action['kind']> = new Set(['unlock', 'condemn', 'seal']);

/**
 * Actions after which the server was asked how the release is stored, or that change nothing of it: a watch that knows as
 * much will do.
 */
const KNOWN_AFTERWARDS: ReadonlySet<Action['kind']> = new Set(['install', 'upgrade', 'await']);

/** While it waited for a slot its HelmRelease was edited or deleted, for which a new pass is due. */
function isOvertaken(pass: Pass, { find }: ConvergePorts): boolean {
  const now = find(pass.key)?.metadata;
  return now === undefined || now.deletionTimestamp !== undefined || (now.generation ?? 0) > pass.generation;
}
