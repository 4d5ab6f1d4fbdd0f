import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ended, Start } from './starter-process.ts';

/** Runs programs from a process of its own, so that what they use can be told from all else that the benchmark runs. */
export interface Starter extends AsyncDisposable {
  readonly pid: number;
  /** Rejects with what the program wrote to standard error if it fails. */
  readonly run: (file: string, args: readonly string[], input?: string) => Promise<void>;
}

/** Programs get `env`, and nothing else. */
export function createStarter(env: Readonly<Record<string, string>>): Starter {
  const child = fork(join(import.meta.dirname, 'starter-process.ts'), { env, execArgv: [] });
  const running = new Map<number, PromiseWithResolvers<undefined>>();
  let last = 0;
  child.on('message', (message) => {
    const { id, failure } = message as Ended;
    const run = running.get(id);
    running.delete(id);
    if (failure === undefined) run?.resolve(undefined);
    else run?.reject(new Error(failure));
  });
  child.once('exit', () => {
    for (const { reject } of running.values()) reject(new Error('the process that starts programs is gone'));
  });
  return {
    pid: child.pid ?? 0,
    run: async (file, args, input = '') => {
      last += 1;
      const run = Promise.withResolvers<undefined>();
      running.set(last, run);
      child.send({ id: last, file, args, input } satisfies Start);
      await run.promise;
    },
    [Symbol.asyncDispose]: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}
