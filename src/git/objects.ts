import { type LocalGit, MirrorDamagedError } from './local.ts';
import type { Repository } from './repository.ts';

/** What stands at `COMMIT:path` once the links on the way are followed, without leaving the commit. */
export type Found =
  | { readonly kind: 'tree' | 'blob'; readonly id: string; readonly size: number }
  /** A link leads out of the repository, to `target`. */
  | { readonly kind: 'outside'; readonly target: string }
  /** A link leads to nothing. */
  | { readonly kind: 'dangling' }
  | { readonly kind: 'loop' }
  | { readonly kind: 'missing' };

/** One thing in a tree, by its path from there. */
export interface TreeEntry {
  readonly mode: 'file' | 'executable' | 'link' | 'submodule' | 'tree';
  readonly id: string;
  readonly size: number;
  readonly path: string;
}

const LINE_FEED = 10;

/** Looks up several paths of a commit at once. They must hold no line feed. */
export async function followPaths(
  local: LocalGit,
  { path: gitDir }: Repository,
  commit: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Found[]> {
  if (paths.length === 0) return [];
  const input = paths.map((path) => `${commit}:${path}\n`).join('');
  const out = await local.bytes(gitDir, ['cat-file', '--batch-check', '--follow-symlinks'], {
    signal,
    input,
  });
  const found: Found[] = [];
  let at = 0;
  while (at < out.length) {
    const end = out.indexOf(LINE_FEED, at);
    const line = out.toString('utf8', at, end);
    at = end + 1;
    // These are followed by so many bytes and a line feed.
    const [, kind, length] = /^(symlink|dangling|loop|notdir) (\d+)$/.exec(line) ?? [];
    const more = out.toString('utf8', at, at + Number(length ?? 0));
    if (kind !== undefined) at += Number(length) + 1;
    found.push(kind === undefined ? plain(line) : special(kind, more));
  }
  return found;
}

const OBJECT = /^([0-9a-f]{40,64}) (tree|blob) (\d+)$/;

function plain(line: string): Found {
  const [, id, kind, size] = OBJECT.exec(line) ?? [];
  if (id === undefined) return { kind: 'missing' };
  return { kind: kind === 'tree' ? 'tree' : 'blob', id, size: Number(size) };
}

/** The ids of what stands at paths where no link is followed, a link's own at its path. They must hold no line feed. */
export async function plainPaths(
  local: LocalGit,
  { path: gitDir }: Repository,
  commit: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
  if (paths.length === 0) return [];
  const input = paths.map((path) => `${commit}:${path}\n`).join('');
  const out = await local.text(gitDir, ['cat-file', '--batch-check'], { signal, input });
  return out.split('\n').map((line) => OBJECT.exec(line)?.[1]);
}

function special(kind: string, more: string): Found {
  if (kind === 'symlink') return { kind: 'outside', target: more };
  return { kind: kind === 'loop' ? 'loop' : 'dangling' };
}

const MODES = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'link',
  '160000': 'submodule',
  '040000': 'tree',
} as const;

/** All that lies in a tree, folders below it included; `trees` lists those as well. */
export async function listTree(
  local: LocalGit,
  { path: gitDir }: Repository,
  tree: string,
  { signal, trees = false }: { readonly signal: AbortSignal; readonly trees?: boolean },
): Promise<readonly TreeEntry[]> {
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', ...(trees ? ['-t'] : []), tree];
  const out = await local.text(gitDir, args, { signal, maxOutputBytes: 50_000_000 });
  return out
    .split('\0')
    .filter((record) => record !== '')
    .map(parseEntry);
}

function parseEntry(record: string): TreeEntry {
  const tab = record.indexOf('\t');
  const [mode = '', , id = '', size = ''] = record.slice(0, tab).split(/ +/);
  return {
    mode: mode in MODES ? MODES[mode as keyof typeof MODES] : 'file',
    id,
    size: size === '-' ? 0 : Number(size),
    path: record.slice(tab + 1),
  };
}

/** The contents of blobs, in their order. */
export async function readBlobs(
  local: LocalGit,
  { path: gitDir }: Repository,
  blobs: readonly { readonly id: string; readonly size: number }[],
  signal: AbortSignal,
): Promise<readonly Buffer[]> {
  if (blobs.length === 0) return [];
  const input = blobs.map(({ id }) => `${id}\n`).join('');
  const maxOutputBytes = blobs.reduce((sum, { size }) => sum + size + 100, 0);
  const out = await local.bytes(gitDir, ['cat-file', '--batch', '--buffer'], {
    signal,
    input,
    maxOutputBytes,
  });
  let at = 0;
  return blobs.map(({ id, size }) => {
    const start = out.indexOf(LINE_FEED, at) + 1;
    if (out.toString('latin1', at, start) !== `${id} blob ${String(size)}\n`) {
      throw new MirrorDamagedError(`the mirror has lost the object ${id}`);
    }
    at = start + size + 1;
    return out.subarray(start, start + size);
  });
}
