import type { Clock, Random } from '../telemetry/clock.ts';
import type { Alert } from './alert.ts';
import { createAlertSender } from './alert-sender.ts';
import { type Notifier, wants } from './notifier.ts';
import type { Outcome } from './outcome.ts';
import { createOutbox, type Ending } from './outbox.ts';
import type { Post, Posted } from './post.ts';
import type { Letter } from './sender.ts';
import { senderFor } from './senders.ts';

/** Where one notifier is served. */
export interface Desk {
  readonly notifier: Notifier;
  /** Whether it is to be told of this. */
  readonly tell: (outcome: Outcome) => boolean;
  /** The same of what it was to be told before. */
  readonly resume: (outcome: Outcome) => void;
  /** So many that it was to be told before are known by their number only. */
  readonly drop: (count: number) => void;
  readonly alert: (key: string, alert: Alert | undefined) => void;
  readonly length: number;
  readonly idle: () => Promise<unknown>;
  /** Gives back what was not told. */
  readonly stop: () => Promise<readonly Outcome[]>;
}

export interface Trouble {
  readonly notifier: Notifier;
  /** Completes the name of its host. */
  readonly why: string;
  readonly attempt: number;
  readonly last: boolean;
}

export interface DeskOptions {
  readonly post: Post;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEnd: (notifier: Notifier, ending: Ending) => void;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onWell: (notifier: Notifier) => void;
  /** An outcome needs not be remembered for it any more. */
  readonly onSettled: (outcome: Outcome) => void;
  readonly resendMs?: number;
}

export function openDesk(notifier: Notifier, o: DeskOptions): Desk {
  const { clock, random } = o;
  const shared = {
    ...{ clock, random },
    onTrouble: (why: string, trouble: Pick<Trouble, 'attempt' | 'last'>) => {
      o.onTrouble({ notifier, why, ...trouble });
    },
    onWell: () => {
      o.onWell(notifier);
    },
  };
  const post =
    (isDone?: (status: number, body: string) => boolean) =>
    (letter: Letter, signal: AbortSignal): Promise<Posted> =>
      o.post(letter, { ca: notifier.ca, isDone }, signal);

  if (notifier.kind === 'alertmanager') {
    const alerts = createAlertSender({
      ...{ notifier, ...shared, post: post() },
      onEnd: (ending) => {
        o.onEnd(notifier, ending);
      },
      ...(o.resendMs === undefined ? {} : { resendMs: o.resendMs }),
    });
    return {
      notifier,
      tell: () => false,
      resume: o.onSettled,
      drop: () => undefined,
      alert: alerts.set,
      get length() {
        return alerts.length;
      },
      idle: alerts.idle,
      stop: async () => {
        await alerts.stop();
        return [];
      },
    };
  }

  const sender = senderFor(notifier);
  const outbox = createOutbox({
    ...{ sender, ...shared, post: post(sender.isDone) },
    onEnd: (outcome, ending) => {
      o.onSettled(outcome);
      o.onEnd(notifier, ending);
    },
  });
  return {
    notifier,
    tell: (outcome) => wants(notifier, outcome) && outbox.add(outcome),
    resume: (outcome) => {
      if (!outbox.add(outcome)) o.onSettled(outcome);
    },
    drop: (count) => {
      outbox.drop(count);
      for (let each = 0; each < count; each += 1) o.onEnd(notifier, 'dropped');
    },
    alert: () => undefined,
    get length() {
      return outbox.length;
    },
    idle: outbox.idle,
    stop: outbox.stop,
  };
}
