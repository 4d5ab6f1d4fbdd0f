import type { HelmRelease } from '../api/helm-release.ts';
import type { Pool, Slots } from '../helm/slots.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import { claimRelease } from './act/claim.ts';
import type { ClaimPorts } from './act/claim.ts';
import { requireNamespace } from './act/require-namespace.ts';
import type { RequireNamespacePorts } from './act/require-namespace.ts';
import { contestOf } from './contest.ts';
import { decide } from './decide/decide.ts';
import { observe, recall } from './observe/observe.ts';
import type { Revisions } from './observe/revisions.ts';
import { triedOptions } from './observe/tried-options.ts';
import type { Outcome } from './outcome.ts';
import type { Pass } from './pass.ts';
import { isPassive, perform } from './perform.ts';
import type { PerformPorts, Situation } from './perform.ts';
import type { Plan } from './plan.ts';
import { poolOf } from './pool-of.ts';
import { sourcesMended } from './record/failure.ts';
import { observedRelease } from './record/observed-release.ts';

export type ConvergePorts = PerformPorts &
  ClaimPorts &
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
  let look: Look = { asked: requested, watched: ports.revisions.watched(pass.target), held: undefined };
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (ports.stopping.aborted) return { kind: 'wait', ms: 0 };
    const current = look;
    const step = (): Promise<Step> => takeStep(pass, plan, current, ports);
    const result =
      current.held === undefined ? await step() : await ports.slots.hold(current.held, pass.signal, step);
    if (result === 'acted') {
      // The wish of a person is granted once.
      look = { asked: false, watched: undefined, held: undefined };
    } else if (result.kind === 'needs') {
      look = { ...look, watched: undefined, held: result.pool };
    } else {
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
  const records = watched ?? (await ports.revisions.fresh(pass.target, pass.signal));
  const fresh = watched === undefined;
  const claimed = await claimRelease(pass, records, fresh, ports);
  if (claimed !== 'ours') return claimed;
  const homeless = records.length === 0 ? await requireNamespace(pass, ports) : undefined;
  if (homeless !== undefined) return homeless;
  pass.note(sourcesMended);
  const newest = records.at(-1);
  pass.note((status) => observedRelease(status, newest));
  const situation = await situationOf(pass, records, fresh, ports);
  const memory = recall(pass.status(), asked, triedOptions(plan.settings), nowMs(pass));
  const action = decide(wantedOf(plan), situation.observed, memory);
  if (!isPassive(action)) {
    const pool = poolOf(action, plan);
    if (!fresh || pool !== held) return { kind: 'needs', pool };
  }
  const contest = await contestOf(pass, action, asked, ports);
  if (contest !== undefined) return contest;
  const result = await perform(action, pass, plan, situation, ports);
  return result === 'again' ? 'acted' : result;
}

/** While it waited for a slot its HelmRelease was edited or deleted, for which a new pass is due. */
function isOvertaken(pass: Pass, { find }: ConvergePorts): boolean {
  const now = find(pass.key)?.metadata;
  return now === undefined || now.deletionTimestamp !== undefined || (now.generation ?? 0) > pass.generation;
}

function wantedOf({ digest, settings }: Plan): Parameters<typeof decide>[0] {
  return {
    digest,
    rollback: settings.rollback.enable,
    lockLimitMs: Math.max(settings.timeoutMs, LEAST_LOCK_LIMIT_MS),
  };
}

/** Nobody's helm holds a release for longer without being dead, unless it was given a longer timeout. */
const LEAST_LOCK_LIMIT_MS = 900_000;

async function situationOf(
  pass: Pass,
  records: readonly RevisionRecord[],
  fresh: boolean,
  ports: ConvergePorts,
): Promise<Situation> {
  const readyNow = await isReadyLate(pass, records.at(-1), fresh, ports);
  return { records, observed: observe(records, pass.status(), ports.marks, nowMs(pass), readyNow) };
}

/** Whether a revision that was given up became ready after all. The watches hint at it; the server has to say so. */
async function isReadyLate(
  pass: Pass,
  newest: RevisionRecord | undefined,
  fresh: boolean,
  { readiness }: ConvergePorts,
): Promise<boolean> {
  const { failedInput: failure } = pass.status();
  if (newest?.status !== 'failed' || failure?.step !== 'wait' || failure.revision !== newest.revision)
    return false;
  const watched = await readiness.watched(pass.target, newest, pass.signal);
  if (watched.kind !== 'ready') return false;
  return !fresh || (await readiness.check(pass.target, newest, pass.signal)).kind === 'ready';
}

function nowMs(pass: Pass): number {
  return pass.now().getTime();
}
