import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitServer, type GitServerOptions, startGitServer } from '../../../hack/testenv/git-server.ts';
import { createGit, type Git, type GitOptions } from '../../../src/git/git.ts';
import type { GitRemote } from '../../../src/git/remote.ts';
import { createRun, type RunOptions } from '../../../src/process/run.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

export interface Call {
  readonly args: readonly string[];
  readonly env: RunOptions['env'];
}

/** A Git server, a Git that reads it, and everything that Git has run. */
export interface Harness {
  readonly dir: string;
  readonly home: string;
  readonly server: GitServer;
  readonly git: Git;
  readonly calls: readonly Call[];
  readonly remote: GitRemote;
  /** Calls with this verb. */
  ran(verb: string): number;
  /** One more on the same folders. */
  anotherGit(options: Partial<GitOptions>): Promise<Git>;
  /** Files below the folder of all temporary things. */
  stop(): Promise<void>;
}

export const never = new AbortController().signal;
export const now = { maxAgeMs: 0, signal: never };
export const limits = { files: 1_000, bytes: 10_000_000, fileBytes: 5_000_000 };
export const bounded = { limits, signal: never };

export async function startHarness(
  serverOptions: Partial<GitServerOptions> = {},
  gitOptions: Partial<GitOptions> = {},
): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), 'git-test-'));
  const home = join(dir, 'home');
  await mkdir(join(home, '.ssh'), { recursive: true });
  const server = await startGitServer({ dir: join(dir, 'repositories'), ...serverOptions });
  await server.createRepo('app');
  const workDir = await openWorkDir(join(dir, 'work'), { log: silentLogger });
  const calls: Call[] = [];
  const run = createRun({ owner: workDir.path });
  const gits: Git[] = [];
  const anotherGit = async (options: Partial<GitOptions>): Promise<Git> => {
    const git = await createGit({
      run: (file, args, o) => {
        calls.push({ args: [file, ...args], env: o.env });
        return run(file, args, o);
      },
      workDir,
      log: silentLogger,
      clock: systemClock,
      timeoutMs: 20_000,
      env: { PATH: process.env['PATH'] },
      home,
      ssh: { home, identities: [join(dir, 'fluxd', 'identity')], knownHosts: [] },
      ...options,
    });
    gits.push(git);
    return git;
  };
  const git = await anotherGit(gitOptions);
  return {
    dir,
    home,
    server,
    git,
    calls,
    remote: { url: server.repoUrl('app'), scope: '' },
    ran: (verb) => calls.filter(({ args }) => args.includes(verb)).length,
    anotherGit,
    stop: async () => {
      await Promise.all(gits.map((one) => one.close()));
      await server.stop();
      await workDir.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The message of what is thrown; a promise that is kept is a failure. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  const result = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(result instanceof Error)) throw new Error('it did not fail');
  return result.message;
}
