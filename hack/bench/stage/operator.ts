import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeStart } from './node-flags.ts';

export interface OperatorOptions {
  /** For its log and its work directory, which outlives a restart. */
  readonly dir: string;
  /** `dist/main.mjs`, or the sources. */
  readonly program: string;
  readonly kubeconfig: string;
  readonly helm: string;
  readonly slots: number;
  /** As `taskset` takes them. */
  readonly cores: string | undefined;
  /** Where profiles go, if any are wanted. */
  readonly profiles: string | undefined;
}

/** Our operator, which can be stopped and started again on the same folder. */
export interface Operator extends AsyncDisposable {
  /** Starts it and waits until it is ready; how long that took, in seconds. */
  start(flags?: readonly string[]): Promise<number>;
  stop(): Promise<void>;
  readonly pid: number | undefined;
  readonly workDir: string;
  /** Of the process that runs now. */
  readonly log: string;
  readonly url: string | undefined;
  post(path: string): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const POLL_MS = 10;

export function createOperator(o: OperatorOptions): Operator {
  const workDir = join(o.dir, 'work');
  let log = '';
  let child: ChildProcess | undefined;
  let url: string | undefined;
  let starts = 0;
  const kill = (): void => {
    child?.kill('SIGKILL');
  };
  process.once('exit', kill);

  const stop = async (): Promise<void> => {
    if (child === undefined) return;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
    [child, url] = [undefined, undefined];
  };

  return {
    get pid() {
      return child?.pid;
    },
    get url() {
      return url;
    },
    get log() {
      return log;
    },
    workDir,
    start: async (flags = []) => {
      const begun = performance.now();
      starts += 1;
      log = join(o.dir, `operator-${String(starts)}.log`);
      child = launch(o, [`--work-dir=${workDir}`, ...flags], log);
      const base = await untilListening(child, log);
      await untilReady(child, base, log);
      url = base;
      return (performance.now() - begun) / 1000;
    },
    stop,
    post: async (path) => {
      const answer = await fetch(`${url ?? ''}${path}`, { method: 'POST' });
      if (!answer.ok) throw new Error(`POST ${path} answered ${String(answer.status)}`);
    },
    [Symbol.asyncDispose]: async () => {
      process.removeListener('exit', kill);
      await stop();
    },
  };
}

function launch(o: OperatorOptions, flags: readonly string[], output: string): ChildProcess {
  const file = openSync(output, 'a', 0o600);
  const start = nodeStart();
  const command = [
    ...(o.cores === undefined ? [] : ['taskset', '-c', o.cores]),
    process.execPath,
    ...start.flags,
    ...(o.profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${o.profiles}`]),
    o.program,
    `--kubeconfig=${o.kubeconfig}`,
    `--helm-binary=${o.helm}`,
    '--listen=127.0.0.1:0',
    '--log-format=json',
    `--workers=${String(o.slots)}`,
    '--git-default-ref=main',
    ...flags,
  ];
  const [program = '', ...args] = command;
  const env = { ...start.env, PATH: process.env['PATH'], HOME: o.dir };
  try {
    return spawn(program, args, { stdio: ['ignore', file, file], env });
  } finally {
    closeSync(file);
  }
}

function untilListening(child: ChildProcess, log: string): Promise<string> {
  return until(child, log, async () => {
    const port = /"listening".*?"port":(\d+)/.exec(await readFile(log, 'utf8'))?.[1];
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  });
}

async function untilReady(child: ChildProcess, base: string, log: string): Promise<void> {
  await until(child, log, async () => ((await fetch(`${base}/readyz`)).ok ? true : undefined));
}

async function until<T>(child: ChildProcess, log: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended || performance.now() > deadline) {
      const tail = (await readFile(log, 'utf8')).slice(-2_000);
      throw new Error(`the operator ${ended ? 'ended' : 'did not get ready'}:\n${tail}`);
    }
    await sleep(POLL_MS);
  }
}
