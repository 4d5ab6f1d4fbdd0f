import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import { StepFailed } from './step-failed.ts';

/** An object that is followed from change to change. */
export interface Following<T> {
  /** Waits for a state; fails when it does not come in time. Waiting is shown by `onChange`. */
  until(what: string, holds: (object: T) => boolean, options: UntilOptions<T>): Promise<Seen<T>>;
}

/** A state and when it was seen, in milliseconds of `performance.now()`. */
export interface Seen<T> {
  readonly object: T;
  readonly at: number;
}

export interface UntilOptions<T> {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onChange?: (object: T) => void;
  /** Said of the last state when time is over. */
  readonly describe: (object: T | undefined) => string;
}

/** Reads the output of a `kubectl get --watch` that writes each state as one line of JSON. */
export function follow<T>(child: ChildProcess): Following<T> {
  const listeners = new Set<() => void>();
  let latest: Seen<T> | undefined;
  let ended: string | undefined;
  let complaint = '';
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.trim() === '') return;
      latest = { object: JSON.parse(line) as T, at: performance.now() };
      tell();
    });
  }
  child.once('close', () => {
    ended = `kubectl get --watch ended: ${complaint.trim()}`;
    tell();
  });

  const until = (
    what: string,
    holds: (object: T) => boolean,
    { patienceMs, signal, onChange, describe }: UntilOptions<T>,
  ): Promise<Seen<T>> =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        listeners.delete(look);
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        finish();
      };
      const look = (): void => {
        if (latest !== undefined) onChange?.(latest.object);
        const seen = latest;
        if (seen !== undefined && holds(seen.object)) settle(() => resolve(seen));
        else if (ended !== undefined) settle(() => reject(new StepFailed(ended ?? '')));
      };
      const abort = (): void => settle(() => reject(signal.reason as Error));
      const timer = setTimeout(() => {
        const seconds = String(patienceMs / 1000);
        settle(() =>
          reject(new StepFailed(`${what} did not happen within ${seconds} s: ${describe(latest?.object)}`)),
        );
      }, patienceMs);
      listeners.add(look);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
      else look();
    });
  return { until };
}
