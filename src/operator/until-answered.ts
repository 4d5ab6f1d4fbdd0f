import { describe } from '../api/errors.ts';
import { equalJitter } from '../kube/backoff.ts';
import { ApiError, UnreachableError } from '../kube/errors.ts';
import { sleep } from '../kube/http/abort.ts';
import type { Random } from '../telemetry/clock.ts';

export interface Asking {
  readonly signal: AbortSignal;
  readonly random: Random;
  /** Told each time why there is no good answer. */
  readonly onTrouble: (why: string) => void;
}

const BACKOFF = { baseMs: 500, maxMs: 30_000 };

/** Asks the API server again until it answers well: whoever cannot begin without it waits, and does not end. */
export async function untilAnswered<T>(ask: () => Promise<T>, asking: Asking): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      asking.signal.throwIfAborted();
      if (!(error instanceof ApiError || error instanceof UnreachableError)) throw error;
      asking.onTrouble(describe(error));
      await sleep(equalJitter(attempt, BACKOFF, asking.random), asking.signal);
    }
  }
}
