import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError } from '../api/errors.ts';
import type { TempDir, WorkDir } from '../process/work-dir.ts';
import type { LocalGit } from './local.ts';
import type { Connection, RemoteResult } from './transport.ts';

/** A bare repository of ours, with single commits of a remote or with all of its branches and tags. */
export interface Repository {
  readonly path: string;
  /** On disk. */
  readonly bytes: number;
  /** Each download leaves a pack, and what it replaced stays: after many, or much, a new repository should take over. */
  readonly worn: boolean;
  fetch(connection: Connection, commit: string, signal: AbortSignal): Promise<RemoteResult>;
  fetchAll(connection: Connection, signal: AbortSignal): Promise<RemoteResult>;
  /** So many commits with their trees, and without what files hold if the server can leave that out. */
  fetchHistory(connection: Connection, wanted: Wanted, signal: AbortSignal): Promise<RemoteResult>;
  /** The commit that `expression` ('ID', 'ID~2') means, if it is here. */
  commitOf(expression: string, signal: AbortSignal): Promise<string | undefined>;
  delete(): Promise<void>;
}

export interface Wanted {
  readonly commit: string;
  readonly depth: number;
}

export interface RepositoryOptions {
  readonly local: LocalGit;
  readonly workDir: WorkDir;
  /** More than that ends the download. */
  readonly maxBytes: number;
}

const FETCH = [
  'fetch',
  '--quiet',
  '--force',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
  '--no-show-forced-updates',
];
const WEIGH_EVERY_MS = 250;
const MAX_DOWNLOADS = 50;

export async function createRepository(
  { local, workDir, maxBytes }: RepositoryOptions,
  format: 'sha1' | 'sha256',
  signal: AbortSignal,
): Promise<Repository> {
  const dir: TempDir = await workDir.temp('repository');
  const { path } = dir;
  await local.text(path, ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`], {
    signal,
  });
  let [bytes, downloads] = [0, 0];

  /** Weighs while it grows: what a server sends has no end that git would see to. */
  async function download(
    connection: Connection,
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<RemoteResult> {
    const tooBig = new AbortController();
    const error = new ChartUnavailableError(explainSize(connection, maxBytes));
    const scale = setInterval(() => {
      void packedBytes(path).then((now) => {
        if (now > maxBytes) tooBig.abort(error);
      });
    }, WEIGH_EVERY_MS);
    downloads += 1;
    let result: RemoteResult;
    try {
      const both = AbortSignal.any([signal, tooBig.signal]);
      result = await connection.run([...FETCH, ...args], { gitDir: path, signal: both });
    } finally {
      clearInterval(scale);
      await deleteUnfinished(path);
      bytes = await packedBytes(path);
    }
    return bytes > maxBytes ? { kind: 'failed', stderr: '', error } : result;
  }

  return {
    path,
    get bytes() {
      return bytes;
    },
    get worn() {
      return downloads >= MAX_DOWNLOADS || (downloads > 1 && bytes > maxBytes / 2);
    },
    // Under a ref of its own, so that the next download is told what is here and brings only the difference.
    fetch: (connection, commit, signal) =>
      download(connection, ['--depth=1', 'origin', `+${commit}:refs/commits/${commit}`], signal),
    fetchAll: (connection, signal) => {
      const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
      return download(connection, ['--prune', 'origin', ...refs], signal);
    },
    fetchHistory: (connection, { commit, depth }, signal) => {
      const args = [`--depth=${String(depth)}`, '--filter=blob:none', 'origin'];
      return download(connection, [...args, `+${commit}:refs/commits/${commit}`], signal);
    },
    commitOf: async (expression, signal) => {
      const input = `${expression}^{commit}\n`;
      const answer = await local.text(path, ['cat-file', '--batch-check'], { signal, input });
      return /^([0-9a-f]{40,64}) commit /.exec(answer)?.[1];
    },
    delete: () => dir[Symbol.asyncDispose](),
  };
}

function explainSize({ endpoint }: Connection, maxBytes: number): string {
  const limit = `${String(Math.round(maxBytes / 1e6))} MB`;
  return `repository ${endpoint.url.shown} is larger than the ${limit} that one Git source may take: move what is deployed from it into a smaller one`;
}

async function packedBytes(path: string): Promise<number> {
  const dir = join(path, 'objects', 'pack');
  const names = await readdir(dir).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What a download that was cut off leaves: half a pack, and locks that would stop the next one. */
async function deleteUnfinished(path: string): Promise<void> {
  const packs = join(path, 'objects', 'pack');
  const names = await readdir(packs).catch(() => []);
  const halves = names.filter((name) => name.startsWith('tmp_')).map((name) => join(packs, name));
  const locks = ['shallow.lock', 'packed-refs.lock'].map((name) => join(path, name));
  await Promise.all([...halves, ...locks].map((file) => rm(file, { force: true })));
}
