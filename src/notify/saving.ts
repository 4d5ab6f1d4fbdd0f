import { describe } from '../api/errors.ts';
import { equalJitter } from '../kube/backoff.ts';
import { sleep } from '../kube/http/abort.ts';
import type { Random } from '../telemetry/clock.ts';

export interface SavingOptions {
  readonly save: (signal: AbortSignal) => Promise<void>;
  readonly random: Random;
  readonly onTrouble: (why: string) => void;
  /** What changes within this time is written in one go. */
  readonly gatherMs?: number;
}

/** Writes what has changed, one write at a time, and again until it is written. */
export interface Saving {
  readonly changed: () => void;
  /** Writes what is not written yet, within the time of the signal, and ends. */
  readonly stop: (signal: AbortSignal) => Promise<void>;
}

const GATHER_MS = 500;
const BACKOFF = { baseMs: 1_000, maxMs: 60_000 };

export function createSaving(o: SavingOptions): Saving {
  const stopping = new AbortController();
  let isDirty = false;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    for (let attempt = 0; isDirty;) {
      await sleep(o.gatherMs ?? GATHER_MS, stopping.signal);
      isDirty = false;
      try {
        await o.save(stopping.signal);
        attempt = 0;
      } catch (caught) {
        isDirty = true;
        stopping.signal.throwIfAborted();
        o.onTrouble(describe(caught));
        await sleep(equalJitter(attempt, BACKOFF, o.random), stopping.signal);
        attempt += 1;
      }
    }
  };

  const start = (): void => {
    running ??= run()
      .catch((caught: unknown) => {
        if (!stopping.signal.aborted) throw caught;
      })
      .finally(() => {
        running = undefined;
        if (isDirty && !stopping.signal.aborted) start();
      });
  };

  return {
    changed: () => {
      isDirty = true;
      if (!stopping.signal.aborted) start();
    },
    stop: async (signal) => {
      stopping.abort(new Error('the operator is stopping'));
      await running;
      if (!isDirty) return;
      await o.save(signal).catch((caught: unknown) => {
        o.onTrouble(describe(caught));
      });
    },
  };
}
