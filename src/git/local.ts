import { UnexpectedError } from '../api/errors.ts';
import type { Run } from '../process/run.ts';
import { lastLine } from './explain.ts';

/** git commands on a repository of ours; they reach no network and run no program of the repository. */
export interface LocalGit {
  text(gitDir: string, args: readonly string[], options: LocalRunOptions): Promise<string>;
  bytes(gitDir: string, args: readonly string[], options: LocalRunOptions): Promise<Buffer>;
}

export interface LocalRunOptions {
  readonly signal: AbortSignal;
  readonly input?: string;
  readonly maxOutputBytes?: number;
}

export interface LocalGitOptions {
  readonly run: Run;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** A copy of ours is damaged or gone: it must be fetched anew. */
export class MirrorDamagedError extends UnexpectedError {}

const TIMEOUT_MS = 60_000;

export function createLocalGit({ run, env, cwd }: LocalGitOptions): LocalGit {
  async function git(
    gitDir: string,
    args: readonly string[],
    encoding: 'utf8' | 'buffer',
    options: LocalRunOptions,
  ): Promise<{ stdout: string; stdoutBytes: Buffer }> {
    const result = await run('git', [`--git-dir=${gitDir}`, ...args], {
      env,
      cwd,
      timeoutMs: TIMEOUT_MS,
      killGraceMs: 1_000,
      encoding,
      ...options,
    });
    if (result.kind === 'done') return result;
    const verb = args[0] ?? '';
    if (result.kind === 'not-started') throw new UnexpectedError(`git ${verb} cannot be run: ${result.why}`);
    throw new MirrorDamagedError(`git ${verb} ${result.why}: ${lastLine(result.stderr)}`);
  }
  return {
    text: async (gitDir, args, options) => (await git(gitDir, args, 'utf8', options)).stdout,
    bytes: async (gitDir, args, options) => (await git(gitDir, args, 'buffer', options)).stdoutBytes,
  };
}
