import { equalJitter } from '../kube/backoff.ts';
import { sleep } from '../kube/http/abort.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import { createBucket } from './bucket.ts';
import { whyUnsent } from './explain.ts';
import type { Outcome } from './outcome.ts';
import type { Posted } from './post.ts';
import type { Batch, Letter } from './sender.ts';
import type { BoundSender } from './senders.ts';

/** `failed` was refused, or tried for too long; `dropped` found no room, or was only counted. */
export type Ending = 'sent' | 'failed' | 'dropped';

export interface OutboxOptions {
  readonly sender: BoundSender;
  readonly post: (letter: Letter, signal: AbortSignal) => Promise<Posted>;
  readonly clock: Clock;
  readonly random: Random;
  /** Called once for each outcome that was added. */
  readonly onEnd: (outcome: Outcome, ending: Ending) => void;
  /** Of each try: `last` if there will be no other. */
  readonly onTrouble: (why: string, trouble: { readonly attempt: number; readonly last: boolean }) => void;
  readonly onWell: () => void;
}

/** What waits to be sent to one notifier. It sends one letter after the other, in the order in which things happened. */
export interface Outbox {
  /** False if the outcome is of no concern there. */
  readonly add: (outcome: Outcome) => boolean;
  readonly length: number;
  /** Resolves when nothing waits any more. */
  readonly idle: () => Promise<void>;
  /** Ends what is under way, and gives back what was not sent. */
  readonly stop: () => Promise<readonly Outcome[]>;
}

const MAX_WAITING = 1_000;
const BACKOFF = { baseMs: 1_000, maxMs: 300_000 };
/** What could not be told for so long is told no more. */
const GIVE_UP_MS = 60 * 60_000;

/** What goes in one letter, and beside it what is only counted there. */
interface Load {
  readonly told: readonly Outcome[];
  readonly counted: readonly Outcome[];
  readonly more: number;
}

export function createOutbox(o: OutboxOptions): Outbox {
  const { sender, clock } = o;
  const waiting: Outcome[] = [];
  const bucket = createBucket(clock, sender.rate);
  const stopping = new AbortController();
  let underWay: readonly Outcome[] = [];
  let overflow = 0;
  let running: Promise<void> | undefined;

  const batchOf = (outcomes: readonly Outcome[], more: number): Batch => ({
    ...{ outcomes, more },
    now: clock.now(),
  });

  /** As long as the rate allows it each goes by itself; what it holds back goes together. */
  const load = async (): Promise<Load> => {
    const isHeld = !bucket.take();
    if (isHeld) {
      do await sleep(Math.max(1, bucket.waitMs()), stopping.signal);
      while (!bucket.take());
    }
    const told = waiting.splice(0, isHeld ? sender.together.max : 1);
    const counted = isHeld && sender.together.rest === 'counted' ? waiting.splice(0) : [];
    underWay = [...told, ...counted];
    const more = counted.length + overflow;
    overflow = 0;
    return { told, counted, more };
  };

  const deliver = async ({ told, more }: Load): Promise<Ending> => {
    const begun = clock.monotonicMs();
    /** What became of those letters that need not be sent again. */
    const done = new Map<number, Posted['kind']>();
    for (let attempt = 0; ; attempt += 1) {
      // Made anew each time: a signature is of its time.
      const trouble = await sendEach(sender.letters(batchOf(told, more)), done, attempt);
      if (trouble === undefined) return [...done.values()].includes('refused') ? 'failed' : 'sent';
      const ms = Math.max(trouble.afterMs ?? 0, equalJitter(attempt, BACKOFF, o.random));
      const last = clock.monotonicMs() + ms - begun > GIVE_UP_MS;
      o.onTrouble(trouble.why, { attempt, last });
      if (last) return 'failed';
      await sleep(ms, stopping.signal);
    }
  };

  /** Sends those that are not done yet; gives back the first trouble after which to try again. */
  const sendEach = async (
    letters: readonly Letter[],
    done: Map<number, Posted['kind']>,
    attempt: number,
  ): Promise<Extract<Posted, { kind: 'later' }> | undefined> => {
    for (const [index, letter] of letters.entries()) {
      if (done.has(index)) continue;
      const posted = await o.post(letter, stopping.signal);
      if (posted.kind === 'later') return posted;
      done.set(index, posted.kind);
      if (posted.kind === 'refused') o.onTrouble(posted.why, { attempt, last: true });
      else o.onWell();
    }
    return undefined;
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const loaded = await load();
      const ending = await deliver(loaded).catch((caught: unknown) => {
        if (stopping.signal.aborted) throw caught;
        o.onTrouble(whyUnsent(caught), { attempt: 0, last: true });
        return 'failed' as const;
      });
      underWay = [];
      for (const outcome of loaded.told) o.onEnd(outcome, ending);
      for (const outcome of loaded.counted) o.onEnd(outcome, ending === 'sent' ? 'dropped' : ending);
    }
  };

  const start = (): void => {
    running ??= run()
      .catch((caught: unknown) => {
        if (!stopping.signal.aborted) throw caught;
      })
      .finally(() => {
        running = undefined;
        if (waiting.length > 0 && !stopping.signal.aborted) start();
      });
  };

  return {
    add: (outcome) => {
      if (sender.letters(batchOf([outcome], 0)).length === 0) return false;
      waiting.push(outcome);
      if (waiting.length > MAX_WAITING) {
        const oldest = waiting.shift();
        overflow += 1;
        if (oldest !== undefined) o.onEnd(oldest, 'dropped');
      }
      if (!stopping.signal.aborted) start();
      return true;
    },
    get length() {
      return waiting.length + underWay.length;
    },
    idle: async () => {
      while (running !== undefined) await running;
    },
    stop: async () => {
      stopping.abort(new Error('the notifier is not used any more'));
      await running;
      return [...underWay, ...waiting];
    },
  };
}
