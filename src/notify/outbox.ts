import { equalJitter } from '../kube/backoff.ts';
import { sleep } from '../kube/http/abort.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import { whyUnsent } from './explain.ts';
import type { Outcome } from './outcome.ts';
import type { Posted } from './post.ts';
import { createQueue, type Load } from './queue.ts';
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

/** What waits to be sent to one notifier. It sends one letter after the other, in the order in which things happened to a release. */
export interface Outbox {
  /** False if the outcome is of no concern there. */
  readonly add: (outcome: Outcome) => boolean;
  /** So many are told of by their number only, beside what comes next. */
  readonly drop: (count: number) => void;
  readonly length: number;
  /** Resolves when nothing waits any more. */
  readonly idle: () => Promise<void>;
  /** Ends what is under way, and gives back what was not sent. */
  readonly stop: () => Promise<readonly Outcome[]>;
}

const BACKOFF = { baseMs: 1_000, maxMs: 300_000 };
/** What could not be told for so long is told no more. */
const GIVE_UP_MS = 60 * 60_000;

type Tried =
  { readonly kind: 'ended'; readonly ending: Ending } | { readonly kind: 'later'; readonly load: Load };

export function createOutbox(o: OutboxOptions): Outbox {
  const { sender, clock } = o;
  const queue = createQueue(sender, clock);
  const stopping = new AbortController();
  let underWay: Load | undefined;
  /** How often in a row nothing was taken: with each the receiver is left alone for longer. */
  let inVain = 0;
  let restUntilMs = 0;
  let running: Promise<void> | undefined;

  const batchOf = (outcomes: readonly Outcome[], more: number): Batch => ({
    ...{ outcomes, more },
    now: clock.now(),
  });

  /** What takes nothing is left alone for a while. */
  const rest = async (): Promise<void> => {
    for (let ms = restMs(); ms > 0; ms = restMs()) await sleep(Math.ceil(ms), stopping.signal);
  };
  const restMs = (): number => restUntilMs - clock.monotonicMs();

  const attempt = async (loaded: Load): Promise<Tried> => {
    const { told, more, begunMs, done, failures } = loaded;
    // Made anew each time: a signature is of its time.
    const trouble = await sendEach(sender.letters(batchOf(told, more)), done, failures);
    if (trouble === undefined) {
      inVain = 0;
      return { kind: 'ended', ending: [...done.values()].includes('refused') ? 'failed' : 'sent' };
    }
    const now = clock.monotonicMs();
    const after = (count: number): number =>
      Math.max(trouble.afterMs ?? 0, equalJitter(count, BACKOFF, o.random));
    const ms = after(failures);
    const last = now + ms - begunMs > GIVE_UP_MS;
    o.onTrouble(trouble.why, { attempt: failures, last });
    restUntilMs = now + Math.min(after(inVain), GIVE_UP_MS);
    inVain += 1;
    if (last) return { kind: 'ended', ending: 'failed' };
    return { kind: 'later', load: { ...loaded, failures: failures + 1, dueMs: now + ms } };
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
    for (;;) {
      await rest();
      const loaded = (underWay = await queue.next(inVain > 0, stopping.signal));
      if (loaded === undefined) return;
      const tried = await attempt(loaded).catch((caught: unknown): Tried => {
        if (stopping.signal.aborted) throw caught;
        o.onTrouble(whyUnsent(caught), { attempt: 0, last: true });
        return { kind: 'ended', ending: 'failed' };
      });
      underWay = undefined;
      if (tried.kind === 'later') queue.putBack(tried.load);
      else end(loaded, tried.ending);
    }
  };

  const end = ({ told, counted }: Load, ending: Ending): void => {
    for (const outcome of told) o.onEnd(outcome, ending);
    for (const outcome of counted) o.onEnd(outcome, ending === 'sent' ? 'dropped' : ending);
  };

  const start = (): void => {
    running ??= run()
      .catch((caught: unknown) => {
        if (!stopping.signal.aborted) throw caught;
      })
      .finally(() => {
        running = undefined;
        if (queue.outcomes().length > 0 && !stopping.signal.aborted) start();
      });
  };

  const left = (): readonly Outcome[] => [
    ...(underWay === undefined ? [] : [...underWay.told, ...underWay.counted]),
    ...queue.outcomes(),
  ];

  return {
    add: (outcome) => {
      if (sender.letters(batchOf([outcome], 0)).length === 0) return false;
      const dropped = queue.add(outcome);
      if (dropped !== undefined) o.onEnd(dropped, 'dropped');
      if (!stopping.signal.aborted) start();
      return true;
    },
    drop: queue.drop,
    get length() {
      return left().length;
    },
    idle: async () => {
      while (running !== undefined) await running;
    },
    stop: async () => {
      stopping.abort(new Error('the notifier is not used any more'));
      await running;
      return left();
    },
  };
}
