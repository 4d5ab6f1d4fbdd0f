import { setImmediate } from 'node:timers/promises';

/** Gives the event loop a turn whenever so much work is done. */
export function createTurns(amount: number): (done: number) => Promise<void> {
  let since = 0;
  return async (done) => {
    since += done;
    if (since < amount) return;
    since = 0;
    await setImmediate();
  };
}
