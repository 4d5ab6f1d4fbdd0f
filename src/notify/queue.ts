import { sleep } from '../kube/http/abort.ts';
import type { Clock } from '../telemetry/clock.ts';
import { createBucket } from './bucket.ts';
import type { Outcome } from './outcome.ts';
import type { Posted } from './post.ts';
import type { BoundSender } from './senders.ts';

/** What goes in one letter, or in one for each of its commits, and beside it what is only counted there. */
export interface Load {
  readonly told: readonly Outcome[];
  readonly counted: readonly Outcome[];
  readonly more: number;
  readonly begunMs: number;
  /** What became of those letters that need not be sent again. */
  readonly done: Map<number, Posted['kind']>;
  /** How often it was tried in vain, and from when on it may be tried again. */
  readonly failures: number;
  readonly dueMs: number;
}

/** What waits for one notifier, and in which order it goes. */
export interface Queue {
  /** Gives back what there is no room for any more. */
  readonly add: (outcome: Outcome) => Outcome | undefined;
  /** So many are told of by their number only, beside what comes next. */
  readonly drop: (count: number) => void;
  /** It was tried in vain. */
  readonly putBack: (load: Load) => void;
  /**
   * Waits until something may go; undefined if there is nothing. One that is tried again and again must not keep others from
   * being told: while nothing is taken (`isInVain`) what was not tried yet goes before it.
   */
  readonly next: (isInVain: boolean, signal: AbortSignal) => Promise<Load | undefined>;
  readonly outcomes: () => readonly Outcome[];
}

const MAX_WAITING = 1_000;
/** What was tried so often in vain lets others go first. */
const PATIENCE = 3;

export function createQueue(
  { rate, together }: Pick<BoundSender, 'rate' | 'together'>,
  clock: Pick<Clock, 'monotonicMs'>,
): Queue {
  const waiting: Outcome[] = [];
  /** What was tried in vain, the oldest first. */
  const again: Load[] = [];
  const bucket = createBucket(clock, rate);
  let waking = new AbortController();
  let overflow = 0;

  /** What happened to one HelmRelease is told in its order: it stays behind what of it is tried again. */
  const free = (): readonly Outcome[] => {
    const before = new Set(again.flatMap(({ told }) => told.map(({ uid }) => uid)));
    return before.size === 0 ? waiting : waiting.filter(({ uid }) => !before.has(uid));
  };

  const take = (count: number): readonly Outcome[] => {
    const taken = new Set(free().slice(0, count));
    const rest = waiting.filter((one) => !taken.has(one));
    waiting.splice(0, waiting.length, ...rest);
    return [...taken];
  };

  /** As long as the rate allows it each goes by itself; what it holds back goes together. */
  const load = async (signal: AbortSignal): Promise<Load | undefined> => {
    const isHeld = !bucket.take();
    if (isHeld) {
      do await sleep(Math.max(1, bucket.waitMs()), signal);
      while (!bucket.take());
    }
    const told = take(isHeld ? together.max : 1);
    // There was no room any more for what was free before.
    if (told.length === 0) return undefined;
    const counted = isHeld && together.rest === 'counted' ? take(Infinity) : [];
    const more = counted.length + overflow;
    overflow = 0;
    const now = clock.monotonicMs();
    return { told, counted, more, begunMs: now, done: new Map(), failures: 0, dueMs: now };
  };

  /** Until something is added, at most for so long. */
  const nap = async (ms: number, signal: AbortSignal): Promise<void> => {
    waking = new AbortController();
    await sleep(ms, AbortSignal.any([signal, waking.signal])).catch((caught: unknown) => {
      if (signal.aborted) throw caught;
    });
  };

  return {
    add: (outcome) => {
      waiting.push(outcome);
      waking.abort();
      if (waiting.length <= MAX_WAITING) return undefined;
      overflow += 1;
      return waiting.shift();
    },
    drop: (count) => {
      overflow += count;
    },
    putBack: (loaded) => {
      again.push(loaded);
    },
    next: async (isInVain, signal) => {
      for (;;) {
        const now = clock.monotonicMs();
        const isAnyFree = free().length > 0;
        const due =
          again.find(({ failures }) => failures < PATIENCE) ??
          (isInVain && isAnyFree ? undefined : again.find(({ dueMs }) => dueMs <= now));
        if (due !== undefined) return again.splice(again.indexOf(due), 1)[0];
        const loaded = isAnyFree ? await load(signal) : undefined;
        if (loaded !== undefined) return loaded;
        if (!isAnyFree && again.length === 0) return undefined;
        if (!isAnyFree) await nap(Math.ceil(Math.min(...again.map(({ dueMs }) => dueMs)) - now), signal);
      }
    },
    outcomes: () => [...again.flatMap(({ told, counted }) => [...told, ...counted]), ...waiting],
  };
}
