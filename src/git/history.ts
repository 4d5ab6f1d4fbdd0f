import type { LocalGit } from './local.ts';
import type { Repository } from './repository.ts';

/** So far back it is looked who changed a file: more commits than people push between two looks. */
export const HISTORY_DEPTH = 200;

/** Commits of a range without its beginning. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** Before each commit of the output. A path that has it would only be told wrong. */
const MARK = '\u0001';

/**
 * By path, the newest commit of the range that changed the file. Commits that merge others are left out: who merges is
 * not who has written it. Empty when the range does not begin in the repository.
 */
export async function lastChanges(
  local: LocalGit,
  repository: Repository,
  { from, to }: Range,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if ((await repository.commitOf(from, signal)) === undefined) return new Map();
  const format = ['--no-merges', '--topo-order', '--no-renames', '--name-only', '-z', '--format=%x01%H'];
  const text = await local.text(repository.path, ['log', ...format, `${from}..${to}`, '--'], { signal });
  const changes = new Map<string, string>();
  for (const part of text.split(MARK).slice(1)) {
    const [commit = '', first = '', ...others] = part.split('\0');
    for (const path of [first.replace(/^\n/, ''), ...others]) {
      if (path !== '' && !changes.has(path)) changes.set(path, commit);
    }
  }
  return changes;
}
