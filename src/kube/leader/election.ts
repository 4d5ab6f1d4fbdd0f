import { describe } from '../../api/errors.ts';
import { isConflict } from '../errors.ts';
import { sleep } from '../http/abort.ts';
import type { Resource } from '../resource.ts';
import { decide } from './decide.ts';
import { LEASE_TIMES, taken } from './lease.ts';
import type { Lease, LeaseTimes } from './lease.ts';
import { beginTerm } from './term.ts';
import type { Term, TermOptions } from './term.ts';

export interface ElectionOptions extends Omit<TermOptions, 'leases' | 'times'> {
  /** Over a connection of its own: a renewal must not wait for anything. */
  readonly leases: Pick<Resource<Lease>, 'get' | 'create' | 'replace'>;
  readonly namespace: string;
  readonly name: string;
  /** Another one in each life of a process. */
  readonly identity: string;
  /** What the others are to know of this one while it leads. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly times?: LeaseTimes;
  /** Called when another one leads than before, and when none does. */
  readonly onHolder?: (held: { readonly lease: Lease; readonly identity: string } | undefined) => void;
}

/**
 * Waits until this process leads: of all that share a lease at most one does. The rules are those of client-go: a lease is
 * free when it was let go of, or when we have not seen it change for its whole duration, by our own clock.
 */
export async function awaitTerm(options: ElectionOptions, signal: AbortSignal): Promise<Term> {
  const {
    leases,
    namespace,
    name,
    identity,
    annotations = {},
    times = LEASE_TIMES,
    clock,
    random,
    log,
  } = options;
  let seen: { readonly version: string | undefined; readonly atMs: number } | undefined;
  let said: string | undefined;

  /** For how long it has been as it is. Seen when we asked, and not when the answer came. */
  const unchangedMs = (lease: Lease | undefined, askedAtMs: number): number => {
    const version = lease?.metadata.resourceVersion;
    if (seen?.version !== version) seen = { version, atMs: clock.monotonicMs() };
    return Math.max(0, askedAtMs - (seen?.atMs ?? askedAtMs));
  };
  const tryOnce = async (): Promise<Term | undefined> => {
    const askedAt = clock.monotonicMs();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(times.renewDeadlineMs)]);
    const lease = await leases.get({ namespace, name }, limit);
    const standing = decide(lease, {
      ...{ identity, durationMs: times.durationMs },
      unchangedMs: unchangedMs(lease, askedAt),
    });
    if (standing.kind === 'stand-by') {
      const { holder } = standing;
      if (holder === said || lease === undefined) return undefined;
      said = holder;
      log.info('standing by', { leader: holder });
      options.onHolder?.({ lease, identity: holder });
      return undefined;
    }
    options.onHolder?.(undefined);
    said = undefined;
    const takenAt = clock.monotonicMs();
    const wanted = taken({ namespace, name }, { identity, annotations, now: clock.now(), times }, lease);
    const stored = await (lease === undefined ? leases.create(wanted, limit) : leases.replace(wanted, limit));
    log.info('leading', { lease: `${namespace}/${name}`, identity, after: standing.after });
    return beginTerm(stored, takenAt, standing.after, { ...options, times });
  };

  for (;;) {
    signal.throwIfAborted();
    try {
      const term = await tryOnce();
      if (term !== undefined) return term;
    } catch (error) {
      signal.throwIfAborted();
      // Of several that stand by another one was faster.
      if (!isConflict(error)) log.warn('the lease cannot be looked at', { error: describe(error) });
    }
    await sleep(times.lookEveryMs * (0.8 + 0.2 * random()), signal);
  }
}
