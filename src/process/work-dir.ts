import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../telemetry/logger.ts';
import { type EndOptions, endChildrenOf } from './leftovers.ts';
import { identityOf, isAlive, type ProcessIdentity } from './proc.ts';

/** The one place for files of this process. Nothing in it is worth keeping beyond the process's life. */
export interface WorkDir {
  readonly path: string;
  /** A new directory, 0700; disposing deletes it with all that is in it. */
  temp(prefix: string): Promise<TempDir>;
  close(): Promise<void>;
}

export interface TempDir {
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorkDirOptions extends Partial<Omit<EndOptions, 'log'>> {
  readonly log: Logger;
}

const NAME = /^helm-release-operator-(\d+)-(\d+)-([0-9a-f]{8})-\w+$/;

/**
 * Makes a directory of our own under `base`. Directories there whose process is dead are deleted, after the children of
 * that process have ended: when this returns, nothing that a dead operator started is running any more.
 *
 * The name says whose it is, so a directory is never without an owner, not even for an instant. Processes in other PID
 * namespaces cannot be seen and count as dead: operators in different containers must not share `base`.
 */
export async function openWorkDir(base: string, options: WorkDirOptions): Promise<WorkDir> {
  const root = resolve(base);
  await mkdir(root, { recursive: true });
  const path = await mkdtemp(join(root, await ownPrefix()));
  await clearDead(root, withDefaults(options));
  return {
    path,
    temp: (prefix) => makeTemp(path, prefix),
    close: () => remove(path),
  };
}

/** Deletes what dead processes have left under `base`, which need not be there, and touches nothing of the living. */
export async function clearWorkDirs(base: string, options: WorkDirOptions): Promise<void> {
  try {
    await clearDead(resolve(base), withDefaults(options));
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught && caught.code === 'ENOENT')) throw caught;
  }
}

function withDefaults(options: WorkDirOptions): EndOptions {
  return { graceMs: 10_000, killGraceMs: 30_000, signal: new AbortController().signal, ...options };
}

async function ownPrefix(): Promise<string> {
  const self = await identityOf(process.pid);
  if (self === undefined) throw new Error('cannot read /proc: the operator needs Linux');
  return `helm-release-operator-${String(self.pid)}-${self.startTime}-${self.boot}-`;
}

async function clearDead(root: string, options: EndOptions): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const owner = entry.isDirectory() ? ownerOf(entry.name) : undefined;
      if (owner === undefined || (await isAlive(owner))) return;
      const path = join(root, entry.name);
      await endChildrenOf(path, options);
      await remove(path).catch((error: unknown) => {
        options.log.warn('cannot delete the files of an operator that has died', {
          path,
          error: String(error),
        });
      });
    }),
  );
}

function ownerOf(name: string): ProcessIdentity | undefined {
  const [, pid, startTime, boot] = NAME.exec(name) ?? [];
  if (pid === undefined || startTime === undefined || boot === undefined) return undefined;
  return { pid: Number(pid), startTime, boot };
}

async function makeTemp(parent: string, prefix: string): Promise<TempDir> {
  const path = await mkdtemp(join(parent, `${prefix}-`));
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}
