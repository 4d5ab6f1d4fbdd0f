import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run, RunResult } from '../../process/run.ts';
import { createSemaphore, type Semaphore } from '../../process/semaphore.ts';
import type { WorkDir } from '../../process/work-dir.ts';
import { createRenderCache, type RenderCache, type Rendered } from './cache.ts';
import type { Closure } from './closure.ts';
import { explain } from './explain.ts';
import { layOut } from './lay-out.ts';
import { REPOSITORY } from './placing.ts';
import { createProgram, type Program } from './program.ts';
import type { CommitPorts } from './walk.ts';

export interface KustomizeOptions {
  readonly run: Run;
  readonly binary: string;
  readonly workDir: WorkDir;
  /** Where a name without a slash is looked for, as in PATH. */
  readonly searchPath?: string;
}

export interface KustomizeLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly outputBytes: number;
}

/** The program, and what all builds share: its places, and what they have made. One for the life of the operator. */
export interface Kustomize extends Omit<KustomizeOptions, 'binary' | 'searchPath'> {
  readonly limits: KustomizeLimits;
  readonly places: Semaphore;
  readonly cache: RenderCache;
  readonly program: (signal: AbortSignal) => Promise<Program>;
}

/** What one run needs. */
export type Work = Pick<Closure, 'folder' | 'files' | 'written' | 'meaning' | 'digest'>;

const LIMITS: KustomizeLimits = { timeoutMs: 60_000, memoryBytes: 512e6, outputBytes: 32e6 };
const CACHE_BYTES = 64e6;
const AT_A_TIME = 2;
const KILL_GRACE_MS = 1_000;
const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const NO_PROXY = 'http://127.0.0.1:9';

/** No program is found by it, nothing of ours is read, and what would go over the network ends at once. */
const ENVIRONMENT = {
  PATH: '/nonexistent',
  HOME: '/nonexistent',
  GOMEMLIMIT: '384MiB',
  GOMAXPROCS: '1',
  HTTP_PROXY: NO_PROXY,
  HTTPS_PROXY: NO_PROXY,
};

export function createKustomize(options: KustomizeOptions, limits: KustomizeLimits = LIMITS): Kustomize {
  const { run, binary, workDir, searchPath = SEARCH_PATH } = options;
  return {
    ...{ run, workDir, limits },
    places: createSemaphore(AT_A_TIME),
    cache: createRenderCache(CACHE_BYTES),
    program: createProgram({ run, binary, searchPath, cwd: workDir.path, env: ENVIRONMENT }),
  };
}

/** Runs kustomize on a closure, unless that was done before. */
export async function render(
  kustomize: Kustomize,
  work: Work,
  read: CommitPorts['read'],
  signal: AbortSignal,
): Promise<Rendered> {
  const { cache, places } = kustomize;
  return (
    cache.get(work.digest) ??
    places.run(signal, async () => {
      // Somebody else may have done it meanwhile.
      const done = cache.get(work.digest);
      if (done !== undefined) return done;
      const { rendered, lasting } = await renderAnew(kustomize, work, read, signal);
      if (lasting) cache.set(work.digest, rendered);
      return rendered;
    })
  );
}

/** `lasting` is what would come of it the next time, too. */
async function renderAnew(
  kustomize: Kustomize,
  work: Work,
  read: CommitPorts['read'],
  signal: AbortSignal,
): Promise<{ readonly rendered: Rendered; readonly lasting: boolean }> {
  const { run, workDir, limits } = kustomize;
  const program = await kustomize.program(signal);
  if (program.kind === 'unusable') {
    return { rendered: { kind: 'failed', why: program.why }, lasting: false };
  }
  await using temp = await workDir.temp('kustomize');
  const root = join(temp.path, 'root');
  await mkdir(root);
  await layOut(work, read, root);
  const output = join(temp.path, 'output.yaml');
  const folder = join(root, REPOSITORY, work.folder);
  // Files of parent folders are allowed, and only files that were checked are there.
  const args = ['build', '--load-restrictor', 'LoadRestrictionsNone', '--output', output, folder];
  const result = await run(program.path, args, {
    ...{ env: ENVIRONMENT, cwd: root, signal, killGraceMs: KILL_GRACE_MS },
    ...{ timeoutMs: limits.timeoutMs, maxMemoryBytes: limits.memoryBytes, maxOutputBytes: 1_000_000 },
  });
  if (result.kind !== 'done') {
    const roots = [root, await realpath(root)];
    const why = explain(result, { roots, meaning: work.meaning });
    return { rendered: { kind: 'failed', why }, lasting: hasSaidNo(result) };
  }
  const { size } = await stat(output);
  if (size > limits.outputBytes) {
    const why = `kustomize made more than ${String(limits.outputBytes / 1e6)} MB of manifests`;
    return { rendered: { kind: 'failed', why }, lasting: true };
  }
  return { rendered: { kind: 'ok', bytes: await readFile(output) }, lasting: true };
}

/** It ended by itself, and was not ended by the time or the memory that there was. */
function hasSaidNo(result: RunResult): boolean {
  return result.kind === 'failed' && result.exitCode !== undefined && result.timedOut !== true;
}
