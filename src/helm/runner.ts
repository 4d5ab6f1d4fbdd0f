import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions, RunResult, Run } from '../process/run.ts';
import { createSemaphore, type Semaphore } from '../process/semaphore.ts';
import type { WorkDir } from '../process/work-dir.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { HelmBinary } from './binary.ts';
import { prepareEnvironment, type Environment } from './environment.ts';
import type { Verb } from './errors/failure-kind.ts';
import type { Pool } from './requests.ts';

/** A helm process that is running now. */
export interface RunningHelm {
  readonly verb: Verb;
  readonly namespace: string;
  readonly name: string;
  readonly pool: Pool;
  readonly since: Date;
}

/** A helm process that has ended. */
export interface FinishedHelm {
  readonly verb: Verb;
  readonly result: 'ok' | 'failed' | 'aborted';
  readonly seconds: number;
}

export interface RunnerOptions {
  readonly run: Run;
  readonly binary: HelmBinary;
  readonly workDir: WorkDir;
  /** Writes the kubeconfig if need be, and says where it is. */
  readonly kubeconfigPath: () => Promise<string>;
  /** How many processes each pool may have at a time. */
  readonly slots: Readonly<Record<Pool, number>>;
  readonly clock: Clock;
  readonly kubeCacheDir?: string;
  /** Proxies and trusted certificates: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Aborts when no process may be started any more; those that run go on. */
  readonly stopping?: AbortSignal;
  readonly onStarted?: (verb: Verb) => void;
  readonly onFinished?: (finished: FinishedHelm) => void;
  readonly killGraceMs?: number;
}

export interface Job {
  readonly verb: Verb;
  readonly namespace: string;
  readonly name: string;
  readonly pool: Pool;
  readonly limitMs: number;
  /** Raw documents, written to files that only we can read for as long as the process lives. */
  readonly files: readonly Buffer[];
  readonly input?: string;
  readonly arguments: (files: readonly string[]) => readonly string[];
}

/** Starts helm processes: so many at a time, each with an environment and a temporary folder of its own. */
export interface Runner {
  readonly run: (job: Job, signal: AbortSignal) => Promise<RunResult>;
  readonly running: () => readonly RunningHelm[];
  /** How many processes were started so far. */
  readonly runs: number;
  readonly slots: Readonly<Record<Pool, Pick<Semaphore, 'inUse' | 'waiting'>>>;
}

export function createRunner(options: RunnerOptions): Runner {
  const { run, binary, workDir, clock } = options;
  const pools = {
    fast: createSemaphore(options.slots.fast),
    slow: createSemaphore(options.slots.slow),
    package: createSemaphore(options.slots.package),
  };
  const running = new Set<RunningHelm>();
  let environment: Promise<Environment> | undefined;
  let runs = 0;

  function prepared(): Promise<Environment> {
    environment ??= prepareEnvironment({
      home: join(workDir.path, 'helm'),
      kubeCacheDir: options.kubeCacheDir,
      extra: options.environment,
    }).catch((error: unknown) => {
      environment = undefined; // a full disk may have room again next time
      throw error;
    });
    return environment;
  }

  async function start(job: Job, signal: AbortSignal): Promise<RunResult> {
    const { variables, emptyDir } = await prepared();
    const kubeconfig = await options.kubeconfigPath();
    await using temp = await workDir.temp(`helm-${job.verb}`);
    const files = await writeFiles(temp.path, job.files);
    const how: RunOptions = {
      env: { ...variables, KUBECONFIG: kubeconfig, TMPDIR: temp.path },
      cwd: emptyDir,
      timeoutMs: job.limitMs,
      signal,
      ...(job.input === undefined ? {} : { input: job.input }),
      ...(options.killGraceMs === undefined ? {} : { killGraceMs: options.killGraceMs }),
    };
    return await measured(job, () => run(binary.path, job.arguments(files), how));
  }

  async function measured(job: Job, work: () => Promise<RunResult>): Promise<RunResult> {
    const { verb, namespace, name, pool } = job;
    const entry: RunningHelm = { verb, namespace, name, pool, since: clock.now() };
    const begun = clock.monotonicMs();
    let result: FinishedHelm['result'] = 'aborted';
    running.add(entry);
    runs += 1;
    options.onStarted?.(verb);
    try {
      const finished = await work();
      result = finished.kind === 'done' ? 'ok' : 'failed';
      return finished;
    } finally {
      running.delete(entry);
      options.onFinished?.({ verb, result, seconds: (clock.monotonicMs() - begun) / 1000 });
    }
  }

  return {
    run: (job, signal) => pools[job.pool].run(starting(signal, options.stopping), () => start(job, signal)),
    running: () => [...running],
    get runs() {
      return runs;
    },
    slots: pools,
  };
}

/** A place in the queue is given up by either; a process that runs is ended by the first only. */
function starting(signal: AbortSignal, stopping: AbortSignal | undefined): AbortSignal {
  return stopping === undefined ? signal : AbortSignal.any([signal, stopping]);
}

async function writeFiles(dir: string, files: readonly Buffer[]): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (content, at) => {
      const path = join(dir, `values-${String(at + 1)}.yaml`);
      await writeFile(path, content, { mode: 0o600 });
      return path;
    }),
  );
}
