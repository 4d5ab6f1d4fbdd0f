import { InvalidSpecError } from '../api/errors.ts';
import type { Found } from './files.ts';
import { linksOf, realPath } from './links.ts';
import type { LocalGit } from './local.ts';
import { type Found as Followed, followPaths, plainPaths } from './objects.ts';
import { normalizePath } from './paths.ts';
import type { Repository } from './repository.ts';

const MISSING: Found = { kind: 'missing' };
const ESCAPES: Found = { kind: 'escapes' };

interface Commit {
  readonly repository: Repository;
  readonly commit: string;
}

/** Looks paths up, in their order. A path that cannot be in a repository is missing from it. */
export async function lookUp(
  local: LocalGit,
  { repository, commit }: Commit,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const wanted = paths.map(inside);
  const known = [...new Set(wanted.filter((path) => typeof path === 'string'))];
  const found = await followPaths(local, repository, commit, known, signal);
  const ids = await plainPaths(local, repository, commit, known, signal);
  // Only where following makes a difference there is a link on the way.
  const linked = found.some((one, at) => 'id' in one && one.id !== ids[at]);
  const links = linked ? await linksOf(local, repository, commit, signal) : new Map<string, string>();
  const answers = new Map(known.map((path, at) => [path, answer(found[at], realPath(path, links))]));
  return wanted.map((path) => (typeof path === 'string' ? (answers.get(path) ?? MISSING) : path));
}

/** A path from the root, or what there is to say of it without looking. */
function inside(path: string): string | Found {
  if (/\p{Cc}/u.test(path)) return MISSING;
  if (path.startsWith('/')) return ESCAPES;
  try {
    return normalizePath(path);
  } catch (error) {
    if (error instanceof InvalidSpecError) return ESCAPES;
    throw error;
  }
}

function answer(found: Followed | undefined, path: string | undefined): Found {
  switch (found?.kind) {
    case 'blob':
      return path === undefined ? MISSING : { kind: 'file', blob: found.id, size: found.size, path };
    case 'tree':
      return path === undefined ? MISSING : { kind: 'folder', tree: found.id, path };
    case 'outside':
      return ESCAPES;
    case 'loop':
    case 'dangling':
    case 'missing':
    case undefined:
      return MISSING;
  }
}
