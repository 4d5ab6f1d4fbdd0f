import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError } from '../api/errors.ts';
import { createGate } from '../process/gate.ts';
import type { Run, RunResult } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import type { GitEnvironment, RemoteEnvironment } from './environment.ts';
import { explainGit, isUnreachable, lastLine } from './explain.ts';
import { followRedirect, redirectTarget, wasRedirected } from './redirect.ts';
import type { Endpoint } from './remote.ts';

export interface TransportOptions {
  readonly run: Run;
  readonly environment: GitEnvironment;
  readonly workDir: WorkDir;
  readonly timeoutMs: number;
}

/** git commands that talk to one remote, which they name `origin`. */
export interface Connection {
  readonly endpoint: Endpoint;
  run(args: readonly string[], options: ConnectionRunOptions): Promise<RemoteResult>;
}

export interface ConnectionRunOptions {
  readonly signal: AbortSignal;
  readonly gitDir?: string;
  readonly maxOutputBytes?: number;
}

export type RemoteResult =
  | { readonly kind: 'ok'; readonly stdout: string }
  /** `stderr` tells callers whether another way may work; `error` is for people. */
  | { readonly kind: 'failed'; readonly stderr: string; readonly error: ChartUnavailableError };

const PER_HOST = 4;
const IN_ALL = 48;
/** A large repository may take its time; who needs almost all of it mostly does not answer at all. */
const SLOW_PART_OF_TIMEOUT = 0.75;
const MAX_REDIRECTS = 3;
const MAX_TRIES = 3;
const KILL_GRACE_MS = 2_000;

/** Bounded for each host as well as in all, so that hosts which do not answer cannot take every place for long. */
export function createTransport(options: TransportOptions): (endpoint: Endpoint) => Connection {
  const slowAfterMs = SLOW_PART_OF_TIMEOUT * options.timeoutMs;
  const gate = createGate({ perHost: PER_HOST, total: IN_ALL, slowAfterMs });

  return (endpoint) => {
    let moved: string | undefined; // where the server redirects to, as long as that works

    let turn = 0; // which address of the host, counted up when one cannot be reached

    async function attempt(
      args: readonly string[],
      o: ConnectionRunOptions,
      { hops, tries }: { readonly hops: number; readonly tries: number },
    ): Promise<RemoteResult> {
      const at = { ...endpoint, address: moved ?? endpoint.address };
      await using prepared = await options.environment.remote(at, { signal: o.signal, turn });
      const result = await runGit(options, args, prepared.env, o);
      if (result.kind === 'done') return { kind: 'ok', stdout: result.stdout };
      if (result.kind === 'failed' && wasRedirected(result.stderr) && hops < MAX_REDIRECTS) {
        moved = await findTarget(options, at, prepared, o);
        return await attempt(args, o, { hops: hops + 1, tries });
      }
      if (prepared.addresses > 1 && result.kind === 'failed' && isUnreachable(result)) {
        turn += 1;
        if (tries < Math.min(prepared.addresses, MAX_TRIES))
          return await attempt(args, o, { hops, tries: tries + 1 });
      }
      moved = undefined;
      return failure(result, endpoint, prepared, options.timeoutMs);
    }

    return {
      endpoint,
      run: (args, o) =>
        gate.run(`${endpoint.url.host}:${endpoint.url.port}`, o.signal, () =>
          attempt(args, o, { hops: 0, tries: 1 }),
        ),
    };
  };
}

function runGit(
  { run, workDir, timeoutMs }: TransportOptions,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { signal, gitDir, maxOutputBytes }: ConnectionRunOptions,
): Promise<RunResult> {
  return run('git', gitDir === undefined ? args : [`--git-dir=${gitDir}`, ...args], {
    env,
    cwd: workDir.path,
    timeoutMs,
    signal,
    killGraceMs: KILL_GRACE_MS,
    ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
  });
}

/** Asks once more with a trace, because git does not say where it was sent; its trace leaves credentials out. */
async function findTarget(
  options: TransportOptions,
  endpoint: Endpoint,
  prepared: RemoteEnvironment,
  { signal }: ConnectionRunOptions,
): Promise<string> {
  await using dir = await options.workDir.temp('trace');
  const trace = join(dir.path, 'trace');
  const env = { ...prepared.env, GIT_TRACE_CURL: trace, GIT_TRACE_CURL_NO_DATA: '1', GIT_TRACE_REDACT: '1' };
  await runGit(options, ['ls-remote', '--quiet', 'origin', 'HEAD'], env, { signal });
  const target = redirectTarget(await readFile(trace, 'utf8').catch(() => ''));
  const { shown } = endpoint.url;
  if (target === undefined) {
    throw new ChartUnavailableError(`repository ${shown} redirects to nowhere: correct the URL`);
  }
  return followRedirect(endpoint.address, target, shown);
}

function failure(
  result: Exclude<RunResult, { kind: 'done' }>,
  endpoint: Endpoint,
  prepared: RemoteEnvironment,
  timeoutMs: number,
): RemoteResult {
  const { shown, host } = endpoint.url;
  const failed = (message: string, stderr = ''): RemoteResult => ({
    kind: 'failed',
    stderr,
    error: new ChartUnavailableError(message),
  });
  if (result.kind === 'not-started')
    return failed(`git cannot be run for repository ${shown}: ${result.why}`);
  if (result.timedOut === true) {
    const limit = String(timeoutMs / 1000);
    return failed(
      `${host} did not finish answering for repository ${shown} within ${limit} s: check that the host can be reached, or raise --git-timeout`,
    );
  }
  if (result.stderr.trim() === '' || result.signal !== undefined) {
    const said = result.stderr.trim() === '' ? '' : ` (${lastLine(result.stderr)})`;
    return failed(`git ${result.why} while it read repository ${shown}${said}`, result.stderr);
  }
  return failed(explainGit(result.stderr, { endpoint, ssh: prepared.ssh }), result.stderr);
}
