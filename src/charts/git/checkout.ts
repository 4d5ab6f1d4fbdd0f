import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidChartError } from '../../api/errors.ts';
import type { Bounded, Git, Identity } from '../../git/git.ts';
import type { GitRemote } from '../../git/remote.ts';
import type { TempDir, WorkDir } from '../../process/work-dir.ts';
import type { ChartMetadata } from '../content/chart-yaml.ts';
import type { Recent } from '../recent.ts';
import { keyOf, withoutSecrets } from '../source.ts';
import { readMetadata } from './metadata.ts';

/** One commit of a repository, of which the folders are written to disk when they are needed. */
export interface Checkout extends AsyncDisposable {
  /** What a folder consists of; equal for two commits that do not differ in it. */
  identity(path: string): Promise<Identity>;
  /** A folder of our own with the files of that folder, the same one each time. */
  export(path: string): Promise<string>;
  metadata(path: string): Promise<ChartMetadata>;
  /** Begins a message about the chart in a folder. The same for each commit, so that the same fault reads the same. */
  subject(path: string): string;
}

export interface CheckoutOptions {
  readonly git: Pick<Git, 'identityOf' | 'export'>;
  readonly remote: GitRemote;
  readonly commit: string;
  /** What folders of known commits consist of. */
  readonly identities: Recent<Identity>;
  readonly workDir: Pick<WorkDir, 'temp'>;
  readonly signal: AbortSignal;
}

/** Roomier than what a packaged chart may hold, since .helmignore takes its part only later. */
const LIMITS: Bounded['limits'] = { files: 20_000, bytes: 250_000_000, fileBytes: 50_000_000 };

export function createCheckout({
  git,
  remote,
  commit,
  identities,
  workDir,
  signal,
}: CheckoutOptions): Checkout {
  const exports = new Map<string, Promise<string>>();
  const bounded = { limits: LIMITS, signal };
  let dir: Promise<TempDir> | undefined;

  const write = async (path: string, name: string): Promise<string> => {
    dir ??= workDir.temp('chart');
    const into = join((await dir).path, name, 'chart');
    await mkdir(into, { recursive: true });
    await git.export(remote, commit, path, into, bounded);
    return into;
  };
  const exportOnce = (path: string): Promise<string> => {
    const known = exports.get(path) ?? write(path, String(exports.size));
    exports.set(path, known);
    return known;
  };
  const subject = (path: string): string =>
    `the chart in folder '${path}' of repository ${withoutSecrets(remote.url)}`;

  return {
    identity: async (path) => {
      const { url, scope, access } = remote;
      const key = keyOf([url, scope, JSON.stringify(access ?? ''), commit, path]);
      return identities.get(key) ?? identities.set(key, await git.identityOf(remote, commit, path, bounded));
    },
    export: exportOnce,
    metadata: async (path) => {
      const folder = await exportOnce(path);
      try {
        return await readMetadata(folder);
      } catch (caught) {
        if (!(caught instanceof InvalidChartError)) throw caught;
        throw new InvalidChartError(`${subject(path)} ${caught.message}`, { cause: caught.cause });
      }
    },
    subject,
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(exports.values());
      await (await dir)?.[Symbol.asyncDispose]();
    },
  };
}
