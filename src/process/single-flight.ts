import { orAborted } from './or-aborted.ts';

export interface SingleFlight<T> {
  /** Keys whose work is under way. */
  readonly size: number;
  /**
   * Calls with the same key share one run of `fn`. A caller that aborts only stops waiting; when all of them have, the
   * signal given to `fn` aborts, and a later call starts anew.
   */
  run(key: string, signal: AbortSignal, fn: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function start(key: string, fn: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController();
    const forget = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    // In a microtask of its own: fn may throw at once or call run() with the same key again.
    const promise = Promise.resolve()
      .then(() => fn(stop.signal))
      .finally(forget);
    promise.catch(() => undefined); // everyone may have left by then
    const flight: Flight<T> = { promise, stop, waiting: 0 };
    stop.signal.addEventListener('abort', forget, { once: true });
    flights.set(key, flight);
    return flight;
  }

  return {
    get size() {
      return flights.size;
    },
    async run(key, signal, fn) {
      signal.throwIfAborted();
      const flight = flights.get(key) ?? start(key, fn);
      flight.waiting += 1;
      try {
        return await orAborted(flight.promise, signal);
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0 && signal.aborted) flight.stop.abort(signal.reason);
      }
    },
  };
}
