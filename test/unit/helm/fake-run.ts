import type { Run, RunOptions, RunResult } from '../../../src/process/run.ts';

export interface Call {
  readonly args: readonly string[];
  readonly options: RunOptions;
  /** Ends the run, with success if nothing else is said. */
  readonly end: (result?: RunResult) => void;
}

/** A Run that starts nothing: a test ends each call by hand, or lets `answer` do so at once. */
export function fakeRun(
  answer?: (args: readonly string[], options: RunOptions) => Promise<RunResult> | RunResult,
): {
  readonly run: Run;
  readonly calls: Call[];
} {
  const calls: Call[] = [];
  const run: Run = async (_file, args, options) => {
    options.signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<RunResult>();
    const end = (result: RunResult = done()): void => {
      resolve(result);
    };
    calls.push({ args, options, end });
    if (answer !== undefined) end(await answer(args, options));
    return await Promise.race([promise, abortOf(options.signal)]);
  };
  return { run, calls };
}

export function done(stdout = ''): RunResult {
  return { kind: 'done', stdout, stdoutBytes: Buffer.alloc(0), stderr: '', durationMs: 5 };
}

export function failed(stderr: string): RunResult {
  const why = 'ended with exit code 1';
  return { kind: 'failed', exitCode: 1, signal: undefined, stdout: '', stderr, durationMs: 5, why };
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
