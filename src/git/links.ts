import { batches } from './batches.ts';
import type { LocalGit } from './local.ts';
import { listTree, readBlobs } from './objects.ts';
import type { Repository } from './repository.ts';

/** What the links of a commit hold, by their paths. */
export type Links = ReadonlyMap<string, string>;

/** As many as Linux follows. */
const MAX_HOPS = 40;
/** A longer one is no path on any system. */
const MAX_TARGET_BYTES = 4_096;

export async function linksOf(
  local: LocalGit,
  repository: Repository,
  commit: string,
  signal: AbortSignal,
): Promise<Links> {
  const entries = await listTree(local, repository, commit, { signal });
  const links = entries.filter(({ mode, size }) => mode === 'link' && size <= MAX_TARGET_BYTES);
  const targets = new Map<string, string>();
  for (const portion of batches(links)) {
    const contents = await readBlobs(local, repository, portion, signal);
    for (const [at, { path }] of portion.entries()) targets.set(path, contents[at]?.toString('utf8') ?? '');
  }
  return targets;
}

/**
 * Where a path leads once the links on the way are followed, as a file system does it: `..` goes up from where a link leads, not
 * from where it lies. Undefined if it leaves the commit or never ends.
 */
export function realPath(path: string, links: Links): string | undefined {
  const ahead = path.split('/').reverse();
  const real: string[] = [];
  let hops = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (real.pop() === undefined) return undefined;
      continue;
    }
    const target = links.get([...real, name].join('/'));
    if (target === undefined) {
      real.push(name);
      continue;
    }
    hops += 1;
    if (hops > MAX_HOPS || target.startsWith('/')) return undefined;
    ahead.push(...target.split('/').reverse());
  }
  return real.join('/');
}
