import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../testenv/tools/run.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** What the image is made of, for its labels and its times. */
export interface Source {
  readonly version: string;
  /** The commit, empty if it is not known; with `-dirty` if files differ from it. */
  readonly revision: string;
  /** Where the commit can be had, empty if it is not known. */
  readonly address: string;
  readonly time: Date;
}

export async function readSource(env: NodeJS.ProcessEnv): Promise<Source> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    const ran = await run('git', args, { cwd: REPOSITORY, env });
    return ran?.exitCode === 0 ? ran.stdout.trim() : undefined;
  };
  const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as {
    version: string;
  };
  const commit = await git('rev-parse', 'HEAD');
  const isDirty = (await git('status', '--porcelain')) !== '';
  const seconds = Number(env['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct')) ?? '0');
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new Error(
      'SOURCE_DATE_EPOCH is not a number of seconds: leave it out, or give one as of `date +%s`',
    );
  return {
    version,
    revision: commit === undefined ? '' : `${commit}${isDirty ? '-dirty' : ''}`,
    address: withoutLogin((await git('remote', 'get-url', 'origin')) ?? ''),
    time: new Date(seconds * 1000),
  };
}

/** A label is for everybody. */
export function withoutLogin(address: string): string {
  return address.replace(/^(https?:\/\/)[^/@]*@/, '$1');
}
