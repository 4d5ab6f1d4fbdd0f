import { ChartUnavailableError } from '../api/errors.ts';
import { type CommitObject, parseCommit } from './commit-object.ts';
import type { LocalGit } from './local.ts';
import { megabytes } from './megabytes.ts';
import type { Repository } from './repository.ts';
import { parseTag, type TagObject } from './tag-object.ts';

/** A history may hold commits with any message; nobody writes one as long as that. */
const MAX_BYTES = 1_000_000;

interface At {
  readonly repository: Repository;
  readonly commit: string;
  readonly shown: string;
}

export async function readCommit(local: LocalGit, at: At, signal: AbortSignal): Promise<CommitObject> {
  return parseCommit(await read(local, at, 'commit', signal));
}

export async function readTag(local: LocalGit, at: At, signal: AbortSignal): Promise<TagObject> {
  return parseTag(await read(local, at, 'tag', signal));
}

async function read(
  local: LocalGit,
  { repository: { path: gitDir }, commit: id, shown }: At,
  type: 'commit' | 'tag',
  signal: AbortSignal,
): Promise<Buffer> {
  const line = await local.text(gitDir, ['cat-file', '--batch-check'], { signal, input: `${id}\n` });
  const [, found, size = ''] = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(line.trimEnd()) ?? [];
  if (found !== type) {
    throw new ChartUnavailableError(`the object ${id} of repository ${shown} is not a ${type}`);
  }
  if (Number(size) > MAX_BYTES) {
    throw new ChartUnavailableError(
      `the ${type} ${id} of repository ${shown} has ${megabytes(Number(size))} of headers and message, and may have ${megabytes(MAX_BYTES)}: make it with a shorter message`,
    );
  }
  return await local.bytes(gitDir, ['cat-file', type, id], { signal });
}
