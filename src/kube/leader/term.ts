import { describe } from '../../api/errors.ts';
import type { Clock, Random } from '../../telemetry/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isConflict, isNotFound } from '../errors.ts';
import { isAborted, sleep } from '../http/abort.ts';
import type { Resource } from '../resource.ts';
import type { Before } from './decide.ts';
import { letGo, renewed } from './lease.ts';
import type { Lease, LeaseTimes } from './lease.ts';

/** The time for which this process leads. */
export interface Term {
  readonly after: Before;
  /** Aborts when another may lead, or is about to; its reason says why. For good: one that has lost its term is to end. */
  readonly lost: AbortSignal;
  /**
   * Whether nobody else can lead yet. To be asked right before each write: a process that was stopped and goes on does
   * so anywhere, and hears of `lost` only later.
   */
  readonly isValid: () => boolean;
  /** Lets go of the lease, once nothing is left to do, so that another takes it at once. */
  readonly end: () => Promise<void>;
}

export interface TermOptions {
  readonly leases: Pick<Resource<Lease>, 'get' | 'replace'>;
  readonly times: LeaseTimes;
  /** How long, by monotonicMs(), nobody else can lead: told at the beginning and after each renewal. */
  readonly onHeld: (untilMs: number) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const RELEASE_MS = 3_000;
const JITTER = 0.2;
/** So many times sooner than a renewal is due, what went wrong is tried again. */
const SOONER = 4;

/** Begins with the lease as it was stored, and when that was asked for. */
export function beginTerm(
  stored: Lease,
  askedAtMs: number,
  after: Term['after'],
  { leases, times, onHeld, clock, random, log }: TermOptions,
): Term {
  const lost = new AbortController();
  const ended = new AbortController();
  const { namespace = '', name } = stored.metadata;
  const ref = { namespace, name };
  const identity = stored.spec?.holderIdentity;
  let lease = stored;
  let validUntilMs = 0;
  let deadline: NodeJS.Timeout | undefined;

  /** Counted from when it was asked for: that is the earliest that anybody may have seen it. */
  const held = (sinceMs: number): void => {
    validUntilMs = sinceMs + times.renewDeadlineMs;
    clearTimeout(deadline);
    deadline = setTimeout(
      () => {
        lose(
          `the lease ${namespace}/${name} could not be renewed for ${String(times.renewDeadlineMs / 1000)} s`,
        );
      },
      Math.max(0, validUntilMs - clock.monotonicMs()),
    );
    onHeld(validUntilMs);
  };
  const lose = (why: string): void => {
    if (ended.signal.aborted) return;
    clearTimeout(deadline);
    ended.abort();
    lost.abort(new Error(`${why}: another replica may lead by now`));
  };
  const isValid = (): boolean => !lost.signal.aborted && clock.monotonicMs() < validUntilMs;

  const renew = async (): Promise<void> => {
    const askedAt = clock.monotonicMs();
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(times.renewDeadlineMs)]);
    try {
      lease = await leases.replace(renewed(lease, times, clock.now()), signal);
      if (!isAborted(ended.signal) && isValid()) held(askedAt);
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      const found = await leases.get(ref, signal);
      const holder = found?.spec?.holderIdentity;
      if (found === undefined || holder !== identity) {
        lose(
          `the lease ${namespace}/${name} is held by ${holder === undefined || holder === '' ? 'nobody' : holder}`,
        );
        return;
      }
      lease = found;
      throw new Error('somebody has edited it, or the answer to a renewal was lost', { cause: error });
    }
  };
  const renewing = (async () => {
    let everyMs = times.renewEveryMs;
    while (!ended.signal.aborted) {
      await sleep(everyMs * (1 + JITTER * random()), ended.signal).catch(() => undefined);
      if (isAborted(ended.signal)) return;
      try {
        await renew();
        everyMs = times.renewEveryMs;
      } catch (error) {
        // Soon again: the time until somebody else may lead goes on.
        everyMs = times.renewEveryMs / SOONER;
        if (!isAborted(ended.signal)) log.warn('the lease cannot be renewed', { error: describe(error) });
      }
    }
  })();
  /** The lease may have been renewed by a request that was given up. */
  const release = async (signal: AbortSignal): Promise<void> => {
    try {
      await leases.replace(letGo(lease, clock.now()), signal);
    } catch (error) {
      const found = isConflict(error) ? await leases.get(ref, signal) : undefined;
      if (found === undefined || found.spec?.holderIdentity !== identity) throw error;
      await leases.replace(letGo(found, clock.now()), signal);
    }
  };

  held(askedAtMs);
  return {
    after,
    lost: lost.signal,
    isValid,
    end: async () => {
      const wasHeld = isValid();
      clearTimeout(deadline);
      ended.abort();
      await renewing;
      validUntilMs = 0;
      if (!wasHeld) return;
      await release(AbortSignal.timeout(RELEASE_MS)).catch((error: unknown) => {
        log.warn('the lease cannot be let go of: whoever stands by waits until it expires', {
          error: describe(error),
        });
      });
    },
  };
}
