import { ChartUnavailableError } from '../api/errors.ts';
import { type CommitObject, parseCommit } from './commit-object.ts';
import type { LocalGit } from './local.ts';
import { megabytes } from './megabytes.ts';
import type { Repository } from './repository.ts';

/** A history may hold commits with any message; nobody writes one as long as that. */
const MAX_BYTES = 1_000_000;

export async function readCommit(
  local: LocalGit,
  {
    repository: { path: gitDir },
    commit,
    shown,
  }: { readonly repository: Repository; readonly commit: string; readonly shown: string },
  signal: AbortSignal,
): Promise<CommitObject> {
  const line = await local.text(gitDir, ['cat-file', '--batch-check'], { signal, input: `${commit}\n` });
  const size = /^[0-9a-f]{40,64} commit (\d+)$/.exec(line.trimEnd())?.[1];
  if (size === undefined)
    throw new ChartUnavailableError(`the object ${commit} of repository ${shown} is not a commit`);
  if (Number(size) > MAX_BYTES) {
    throw new ChartUnavailableError(
      `the commit ${commit} of repository ${shown} has ${megabytes(Number(size))} of headers and message, and may have ${megabytes(MAX_BYTES)}: commit with a shorter message`,
    );
  }
  return parseCommit(await local.bytes(gitDir, ['cat-file', 'commit', commit], { signal }));
}
