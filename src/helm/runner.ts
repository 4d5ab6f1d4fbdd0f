import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions, RunResult, Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import type { Clock } from '../telemetry/clock.ts';
import { NO_TRACER, type Tracer } from '../telemetry/tracing/tracer.ts';
import type { HelmBinary } from './binary.ts';
import { prepareEnvironment, type Environment } from './environment.ts';
import type { Verb } from './errors/failure-kind.ts';

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
  readonly clock: Clock;
  readonly tracer?: Pick<Tracer, 'span'>;
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
  readonly limitMs: number;
  /** Raw documents, written to files that only we can read for as long as the process lives. */
  readonly files: readonly Buffer[];
  readonly input?: string;
  readonly arguments: (files: readonly string[]) => readonly string[];
}

/** Starts helm processes, each with an environment and a temporary folder of its own. */
export type Runner = (job: Job, signal: AbortSignal) => Promise<RunResult>;

export function createRunner(options: RunnerOptions): Runner {
  const { run, binary, workDir, clock, tracer = NO_TRACER } = options;
  let environment: Promise<Environment> | undefined;

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

  async function measured(verb: Verb, work: () => Promise<RunResult>): Promise<RunResult> {
    const begun = clock.monotonicMs();
    let result: FinishedHelm['result'] = 'aborted';
    options.onStarted?.(verb);
    try {
      const finished = await work();
      result = finished.kind === 'done' ? 'ok' : 'failed';
      return finished;
    } finally {
      options.onFinished?.({ verb, result, seconds: (clock.monotonicMs() - begun) / 1000 });
    }
  }

  return async (job, signal) => {
    options.stopping?.throwIfAborted();
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
    return await measured(job.verb, () =>
      tracer.span(`helm ${job.verb}`, {}, async (span) => {
        const result = await run(binary.path, job.arguments(files), how);
        span.set({ outcome: result.kind === 'done' ? 'ok' : 'failed' });
        if (result.kind !== 'done') span.fail();
        return result;
      }),
    );
  };
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
