import { lookup as systemLookup } from 'node:dns/promises';
import { createSemaphore } from '../process/semaphore.ts';
import { createSingleFlight } from '../process/single-flight.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host by the word of the system, the best first. Rejects as the system does (ENOTFOUND, EAI_AGAIN). */
export type HostLookup = (host: string, signal: AbortSignal) => Promise<readonly HostAddress[]>;

export interface HostLookupOptions {
  readonly clock: Clock;
  /** Lookups at a time, at least 2: the system's cannot be ended. */
  readonly places?: number;
  /** From when a lookup begins. Until then it waits for as long as whoever asked, for each host once. */
  readonly waitMs?: number;
  readonly resolve?: (host: string) => Promise<readonly HostAddress[]>;
}

const LEAST_PLACES = 2;
const MOST_PLACES = 8;
const USUAL_THREADS = 4;

/** Of the threads that UV_THREADPOOL_SIZE sets libuv gives lookups half; what reads files has the others. */
export function lookupPlaces(threads: string | undefined): number {
  const half = Math.floor((Number(threads ?? USUAL_THREADS) + 1) / 2);
  return Math.min(MOST_PLACES, Math.max(LEAST_PLACES, Number.isNaN(half) ? 0 : half));
}

/** Whoever asked is told then that DNS does not answer. */
const WAIT_MS = 15_000;

/** Shorter than whatever watches a host, long enough that the commands of one lookup of a chart ask once. */
const GOOD_MS = 10_000;
const BAD_MS = 3_000;
const MAX_KNOWN = 2_000;

type Answer = { readonly at: number } & (
  | { readonly kind: 'found'; readonly addresses: readonly HostAddress[] }
  | { readonly kind: 'failed'; readonly error: Error }
);

/**
 * One for everything that is fetched from outside of the cluster. Names are looked up by the system, since names of a
 * cluster need its search list, and since what is checked must be what git and ssh would find themselves. Names that were
 * never found share all places but one, and those that were not found the last time half of them, so that dead names keep
 * none of the others waiting.
 */
export function createHostLookup(o: HostLookupOptions): HostLookup {
  const { clock, places = LEAST_PLACES, waitMs = WAIT_MS, resolve = resolveBySystem } = o;
  const all = createSemaphore(places);
  const strangers = createSemaphore(places - 1);
  const failing = createSemaphore(Math.ceil((places - 1) / 2));
  const flights = createSingleFlight<readonly HostAddress[]>();
  const running = new Map<string, Promise<readonly HostAddress[]>>();
  const known = new Map<string, Answer>(); // in the order of the answers

  const remember = (host: string, answer: Answer): void => {
    known.delete(host);
    known.set(host, answer);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  };

  const ask = async (host: string): Promise<readonly HostAddress[]> => {
    try {
      const addresses = await resolve(host);
      remember(host, { kind: 'found', addresses, at: clock.monotonicMs() });
      return addresses;
    } catch (caught) {
      const error = caught instanceof Error ? caught : new Error(String(caught));
      remember(host, { kind: 'failed', error, at: clock.monotonicMs() });
      throw error;
    } finally {
      running.delete(host);
    }
  };

  /** It goes on when nobody waits any more: who asks for that host again waits for it and takes no second place. */
  const start = (host: string): Promise<readonly HostAddress[]> => {
    const asked = ask(host);
    running.set(host, asked);
    return asked;
  };

  const inTurn = (host: string, signal: AbortSignal, work: () => Promise<unknown>): Promise<unknown> => {
    const turn = () => all.run(signal, work);
    switch (known.get(host)?.kind) {
      case 'found':
        return turn();
      case 'failed':
        return failing.run(signal, () => strangers.run(signal, turn));
      case undefined:
        return strangers.run(signal, turn);
    }
  };

  /** Settles when the lookup has its place, with the lookup, which keeps the place until it ends. */
  const begin = (host: string, signal: AbortSignal): Promise<Running> =>
    new Promise((begun, reject) => {
      inTurn(host, signal, () => {
        const answer = running.get(host) ?? start(host);
        begun({ answer });
        return answer;
      }).catch(reject);
    });

  const withinLimit = async ({ answer }: Running, host: string): Promise<readonly HostAddress[]> => {
    const limit = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      limit.reject(new LookupTimeoutError(host, waitMs));
    }, waitMs);
    try {
      return await Promise.race([answer, limit.promise]);
    } finally {
      clearTimeout(timer);
    }
  };

  return async (host, signal) => {
    const answer = known.get(host);
    const age = answer && clock.monotonicMs() - answer.at;
    if (answer?.kind === 'found' && age !== undefined && age < GOOD_MS) return answer.addresses;
    if (answer?.kind === 'failed' && age !== undefined && age < BAD_MS) throw answer.error;

    return flights.run(host, signal, async (shared) => {
      const asked = running.get(host);
      return withinLimit(asked ? { answer: asked } : await begin(host, shared), host);
    });
  };
}

/** In an object, because a promise would be waited for with whatever gives it back. */
interface Running {
  readonly answer: Promise<readonly HostAddress[]>;
}

class LookupTimeoutError extends Error {
  readonly code = 'EAI_AGAIN';

  constructor(host: string, waitMs: number) {
    super(`the name ${host} could not be resolved within ${String(waitMs / 1_000)} s: DNS does not answer`);
  }
}

function resolveBySystem(host: string): Promise<readonly HostAddress[]> {
  return systemLookup(host, { all: true });
}
