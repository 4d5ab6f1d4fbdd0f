import { ChartUnavailableError, InvalidChartError } from '../api/errors.ts';
import { clean } from './explain.ts';
import type { LocalGit } from './local.ts';
import { megabytes } from './megabytes.ts';
import { type Found, followPaths, listTree, type TreeEntry } from './objects.ts';
import type { Place } from './tree.ts';

export interface Limits {
  readonly files: number;
  readonly bytes: number;
  readonly fileBytes: number;
}

export interface ListedFile {
  /** Relative to the listed folder. */
  readonly path: string;
  readonly id: string;
  readonly size: number;
  readonly executable: boolean;
}

/** The regular files of a folder as a checkout with followed links would show them. */
export interface Listing {
  readonly tree: string;
  readonly files: readonly ListedFile[];
  /** Objects that links lead to, in the order of the links: with `tree` they determine every byte of the listing. */
  readonly linked: readonly string[];
}

interface Walk {
  readonly local: LocalGit;
  readonly place: Place;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly files: ListedFile[];
  readonly linked: string[];
  linkedFolders: number;
  bytes: number;
}

const PARTS = { chart: 'part of the chart', manifests: 'manifest' } as const;

/** Links to folders can multiply what there is without adding a file that the limits would count. */
const MAX_LINKED_FOLDERS = 100;

/**
 * Links are followed inside the commit only, and by git in its own objects: what lies on our disk cannot be reached.
 * Submodules are left out.
 */
export async function listFiles(
  local: LocalGit,
  place: Place,
  tree: string,
  limits: Limits,
  signal: AbortSignal,
): Promise<Listing> {
  const walk: Walk = { local, place, limits, signal, files: [], linked: [], linkedFolders: 0, bytes: 0 };
  await visit(walk, tree, '', [tree]);
  return { tree, files: walk.files, linked: walk.linked };
}

/** `above` are the trees that we are in by way of links: meeting one of them again would never end. */
async function visit(walk: Walk, tree: string, prefix: string, above: readonly string[]): Promise<void> {
  const { local, place, signal } = walk;
  const entries = await listTree(local, place.repository, tree, { signal });
  const bad = entries.find(({ path }) => /\p{Cc}/u.test(path) || path.split('/').some(isUnsafe));
  if (bad !== undefined) {
    throw new InvalidChartError(
      `${here(place)} holds a file whose name is not acceptable (${JSON.stringify(clean(bad.path))}): rename it`,
    );
  }
  for (const entry of entries) {
    if (entry.mode === 'file' || entry.mode === 'executable') {
      add(walk, prefix + entry.path, entry.id, entry.size, entry.mode === 'executable');
    }
  }
  const links = entries.filter(({ mode }) => mode === 'link');
  const base = place.path === '' ? prefix : `${place.path}/${prefix}`;
  const targets = await followPaths(
    local,
    place.repository,
    place.commit,
    links.map(({ path }) => base + path),
    signal,
  );
  for (const [at, link] of links.entries()) {
    await follow(walk, prefix, link, targets[at] ?? { kind: 'missing' }, above);
  }
}

async function follow(
  walk: Walk,
  prefix: string,
  link: TreeEntry,
  target: Found,
  above: readonly string[],
): Promise<void> {
  const path = prefix + link.path;
  const refuse = (why: string): InvalidChartError =>
    new InvalidChartError(`the link '${path}' in ${here(walk.place)} ${why}`);
  switch (target.kind) {
    case 'blob':
      walk.linked.push(target.id);
      add(walk, path, target.id, target.size, false);
      return;
    case 'tree':
      if (above.includes(target.id)) throw refuse('leads to a folder that it lies in: remove it');
      walk.linkedFolders += 1;
      if (walk.linkedFolders > MAX_LINKED_FOLDERS) {
        throw refuse(
          `is one of more than ${MAX_LINKED_FOLDERS} links to folders: put the files in their place`,
        );
      }
      walk.linked.push(target.id);
      await visit(walk, target.id, `${path}/`, [...above, target.id]);
      return;
    case 'outside':
      throw refuse(
        `leads out of the repository (${clean(target.target)}): put a copy of the file in its place`,
      );
    case 'loop':
      throw refuse('leads to itself: remove it');
    case 'dangling':
    case 'missing':
      throw refuse('leads to nothing in the repository: remove it or correct its target');
  }
}

function add(walk: Walk, path: string, id: string, size: number, executable: boolean): void {
  const { limits, place, files } = walk;
  const tooMuch = (what: string): ChartUnavailableError =>
    new ChartUnavailableError(
      `${here(place)} ${what}: keep what is no ${PARTS[place.purpose]} out of that folder`,
    );
  if (size > limits.fileBytes) {
    throw tooMuch(
      `holds the file '${path}' of ${megabytes(size)}, and a file may have ${megabytes(limits.fileBytes)}`,
    );
  }
  walk.bytes += size;
  if (walk.bytes > limits.bytes) throw tooMuch(`holds more than ${megabytes(limits.bytes)}`);
  if (files.length >= limits.files) throw tooMuch(`holds more than ${String(limits.files)} files`);
  files.push({ path, id, size, executable });
}

/** git refuses such names when it fetches; this one does not depend on it. */
function isUnsafe(name: string): boolean {
  return name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git';
}

function here({ path, commit, shown }: Place): string {
  return `${path === '' ? 'the root' : `the folder '${path}'`} of commit ${commit.slice(0, 12)} of repository ${shown}`;
}
