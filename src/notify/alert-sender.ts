import { equalJitter } from '../kube/backoff.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Alert } from './alert.ts';
import { whyUnsent } from './explain.ts';
import { isOf, type AlertmanagerNotifier } from './notifier.ts';
import type { Posted } from './post.ts';
import type { Letter } from './sender.ts';
import { alertLetter, type AlertState } from './senders/alertmanager.ts';

export interface AlertSenderOptions {
  readonly notifier: AlertmanagerNotifier;
  readonly post: (letter: Letter, signal: AbortSignal) => Promise<Posted>;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEnd: (ending: 'sent' | 'failed') => void;
  readonly onTrouble: (why: string, trouble: { readonly attempt: number; readonly last: boolean }) => void;
  readonly onWell: () => void;
  /** Between two times that an alert is sent which still fires. */
  readonly resendMs?: number;
}

/** Keeps one Alertmanager up to date with what is not well. */
export interface AlertSender {
  /** By the key of its HelmRelease; undefined when all is well with that. */
  readonly set: (key: string, alert: Alert | undefined) => void;
  /** Alerts that it has still to be told of. */
  readonly length: number;
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Alertmanager forgets within 5 minutes what nobody tells it again, and wants to hear of it every 3 at least. */
const RESEND_MS = 60_000;
/** Firing lasts over a change of the leader, and a few letters that are lost. */
const LASTS_TIMES = 5;
/** What changes at the same time goes together. */
const GATHER_MS = 200;
const MAX_TOGETHER = 100;
const BACKOFF = { baseMs: 1_000, maxMs: 60_000 };
/** Longer than this nobody's Retry-After keeps us silent: what fires would end there. */
const MAX_AFTER_MS = 300_000;

export function createAlertSender(o: AlertSenderOptions): AlertSender {
  const { notifier, clock, resendMs = RESEND_MS } = o;
  /** What fires, with the time from which it did first. */
  const firing = new Map<string, Alert>();
  /** What it was told that fires, and does no more. */
  const resolved = new Map<string, Alert>();
  const untold = new Set<string>();
  const stopping = new AbortController();
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  const schedule = (ms: number): void => {
    if (stopping.signal.aborted || timer !== undefined || sending !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      sending = send()
        .catch((caught: unknown) => {
          if (!stopping.signal.aborted) o.onTrouble(whyUnsent(caught), { attempt, last: true });
        })
        .finally(() => {
          sending = undefined;
          if (untold.size > 0) schedule(delayMs());
        });
    }, ms);
  };

  let afterMs = 0;
  const delayMs = (): number =>
    attempt === 0 ? 0 : Math.max(afterMs, equalJitter(attempt - 1, BACKOFF, o.random));

  const send = async (): Promise<void> => {
    const keys = [...untold].slice(0, MAX_TOGETHER);
    const states = keys.flatMap((key) => stateOf(key));
    for (const key of keys) untold.delete(key);
    if (states.length === 0) return;
    const times = { now: clock.now(), lastsMs: LASTS_TIMES * resendMs };
    const posted = await o.post(
      alertLetter(
        notifier,
        states.map(({ state }) => state),
        times,
      ),
      stopping.signal,
    );
    if (posted.kind === 'taken') {
      [attempt, afterMs] = [0, 0];
      for (const { key, state } of states) {
        if (!state.isFiring && !firing.has(key)) resolved.delete(key);
      }
      o.onWell();
      o.onEnd('sent');
      return;
    }
    for (const { key } of states) untold.add(key);
    o.onTrouble(posted.why, { attempt, last: false });
    o.onEnd('failed');
    afterMs = posted.kind === 'later' ? Math.min(posted.afterMs ?? 0, MAX_AFTER_MS) : BACKOFF.maxMs;
    attempt += 1;
  };

  const stateOf = (key: string): readonly { key: string; state: AlertState }[] => {
    const alert = firing.get(key);
    if (alert !== undefined) return [{ key, state: { alert, isFiring: true } }];
    const over = resolved.get(key);
    return over === undefined ? [] : [{ key, state: { alert: over, isFiring: false } }];
  };

  const again = setInterval(() => {
    for (const key of firing.keys()) untold.add(key);
    if (untold.size > 0) schedule(delayMs());
  }, resendMs);

  return {
    set: (key, alert) => {
      const before = firing.get(key);
      if (alert === undefined) {
        if (before === undefined) return;
        firing.delete(key);
        resolved.set(key, before);
      } else {
        if (!isOf(notifier.namespaces, alert.namespace) || before?.sentence === alert.sentence) return;
        firing.set(key, { ...alert, since: before?.since ?? alert.since });
        resolved.delete(key);
      }
      untold.add(key);
      schedule(attempt === 0 ? GATHER_MS : delayMs());
    },
    get length() {
      return untold.size;
    },
    idle: async () => {
      while (sending !== undefined) await sending;
    },
    stop: async () => {
      clearInterval(again);
      clearTimeout(timer);
      stopping.abort(new Error('the notifier is not used any more'));
      await sending;
    },
  };
}
