import type { HelmRelease } from '../api/helm-release.ts';
import type { Pool, Slots } from '../helm/slots.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import { claimRelease } from './admit/claim.ts';
import type { ClaimPorts } from './admit/claim.ts';
import { requireConverted } from './admit/require-converted.ts';
import type { RequireConvertedPorts } from './admit/require-converted.ts';
import { requireNamespace } from './admit/require-namespace.ts';
import type { RequireNamespacePorts } from './admit/require-namespace.ts';
import { readableRevisions } from './admit/require-rights.ts';
import { consider } from './consider.ts';
import { contestOf } from './contest.ts';
import { inSlot } from './in-slot.ts';
import type { Revisions } from './observe/revisions.ts';
import type { Outcome } from './outcome.ts';
import type { Pass } from './pass.ts';
import { isPassive, perform } from './perform.ts';
import type { PerformPorts } from './perform.ts';
import type { Plan } from './plan.ts';
import { poolOf } from './pool-of.ts';

export type ConvergePorts = PerformPorts &
  ClaimPorts &
  RequireConvertedPorts &
  RequireNamespacePorts & {
    /** Aborted when the operator is told to stop: the step under way is the last one. */
    readonly stopping: AbortSignal;
    readonly revisions: Revisions;
    readonly slots: Slots;
    /** The HelmRelease as it is known to be now. */
    readonly find: (key: string) => HelmRelease | undefined;
  };

/** More steps than any release needs in one pass; beyond it something goes round in circles. */
const MAX_STEPS = 24;

interface Look {
  readonly asked: boolean;
  /** What a watch knows, which may lag; undefined asks the server. */
  readonly watched: readonly RevisionRecord[] | undefined;
  /** The pool in a slot of which this happens. */
  readonly held: Pool | undefined;
}

type Step = Outcome | 'acted' | { readonly kind: 'needs'; readonly pool: Pool | undefined };

/**
 * Looks, decides and acts until there is nothing to do now. Nothing is done on the word of a watch, and helm is run only
 * on what was looked at after its slot was free: a slot may take minutes to come.
 */
export async function converge(
  pass: Pass,
  plan: Plan,
  requested: boolean,
  ports: ConvergePorts,
): Promise<Outcome> {
  let acted = false;
  let look: Look = { asked: requested, watched: ports.revisions.watched(pass.target), held: undefined };
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (ports.stopping.aborted) return { kind: 'wait', ms: 0 };
    const current = look;
    const step = (): Promise<Step> => takeStep(pass, plan, current, ports);
    const result =
      current.held === undefined ? await step() : await inSlot(pass, ports.slots, current.held, step);
    if (result === 'acted') {
      acted = true;
      // The wish of a person is granted once.
      look = { asked: false, watched: undefined, held: undefined };
    } else if (result.kind === 'needs') {
      look = { ...look, watched: undefined, held: result.pool };
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
  { asked, watched, held }: Look,
  ports: ConvergePorts,
): Promise<Step> {
  if (held !== undefined && isOvertaken(pass, ports)) return { kind: 'wait', ms: 0 };
  const fresh = watched === undefined;
  const read = fresh ? await readableRevisions(pass, ports) : { records: watched };
  if (!('records' in read)) return read;
  const { records } = read;
  const claimed = await claimRelease(pass, records, fresh, ports);
  if (claimed !== 'ours') return claimed;
  const obstacle =
    records.length === 0
      ? ((await requireNamespace(pass, ports)) ?? (await requireConverted(pass, ports)))
      : undefined;
  if (obstacle !== undefined) return obstacle;
  const { observed, action } = await consider(pass, plan, { records, fresh, asked }, ports);
  if (!isPassive(action)) {
    const pool = poolOf(action, plan);
    if (!fresh || pool !== held) return { kind: 'needs', pool };
  }
  const contest = await contestOf(pass, action, asked, ports);
  if (contest !== undefined) return contest;
  const result = await perform(action, pass, plan, { observed, records }, ports);
  return result === 'again' ? 'acted' : result;
}

/** While it waited for a slot its HelmRelease was edited or deleted, for which a new pass is due. */
function isOvertaken(pass: Pass, { find }: ConvergePorts): boolean {
  const now = find(pass.key)?.metadata;
  return now === undefined || now.deletionTimestamp !== undefined || (now.generation ?? 0) > pass.generation;
}
