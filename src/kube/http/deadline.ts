import { abortReason } from './abort.ts';

/** Thrown by a call that took longer than it was given, to tell it from an abort by the caller. */
export class DeadlineError extends Error {}

/** Lets a call that makes progress move its own deadline. */
export interface Deadline {
  /** So long from now. */
  set(ms: number): void;
}

/**
 * Runs `call` under a signal that aborts with the caller's or when `ms` have passed. Made by hand because
 * AbortSignal.any() on a signal that lives as long as the program costs memory for every request.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal,
  call: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw abortReason(signal);
  const controller = new AbortController();
  const forward = (): void => {
    controller.abort(abortReason(signal));
  };
  const start = (after: number): NodeJS.Timeout =>
    setTimeout(() => {
      controller.abort(new DeadlineError(`nothing was heard for ${String(Math.round(after / 1000))} s`));
    }, after);

  let timer = start(ms);
  signal.addEventListener('abort', forward, { once: true });
  try {
    return await call(controller.signal, {
      set: (after) => {
        clearTimeout(timer);
        timer = start(after);
      },
    });
  } catch (caught) {
    // Node wraps the reason in an AbortError of its own.
    throw controller.signal.aborted ? abortReason(controller.signal) : caught;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}
