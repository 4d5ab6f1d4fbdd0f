import { constants } from 'node:os';

/** The person, or the system, wants the demo to end. */
export class Interrupted extends Error {
  /** As a shell reports a process that was ended by a signal. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Aborts at Ctrl-C, at a polite kill, and when nobody reads the output any more. Only the first one counts: npm and make
 * pass a Ctrl-C on, so that it comes more than once, and what follows it, the cleaning up, is bounded in time.
 */
export function onInterrupt(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort(new Interrupted(signal));
    });
  }
  process.stdout.on('error', () => {
    stop.abort(new Interrupted('SIGPIPE'));
  });
  return stop.signal;
}
