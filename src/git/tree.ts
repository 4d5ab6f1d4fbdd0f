import { posix } from 'node:path';
import { ChartUnavailableError } from '../api/errors.ts';
import type { LocalGit } from './local.ts';
import { nearest } from './nearest.ts';
import { nearestFolders } from './nearest-folders.ts';
import { type Found, followPaths, listTree, type TreeEntry } from './objects.ts';
import type { Repository } from './repository.ts';

/** A folder of one commit; `path` as normalizePath() makes it. */
export interface Place {
  readonly repository: Repository;
  readonly commit: string;
  readonly path: string;
  /** The repository, for messages. */
  readonly shown: string;
  /** What somebody looks for there, for messages. */
  readonly purpose: 'chart' | 'manifests';
}

/** The id of the tree object at a place. The path may lead over links inside the repository. */
export async function treeAt(local: LocalGit, place: Place, signal: AbortSignal): Promise<string> {
  const { repository, commit, path } = place;
  const [found] = await followPaths(local, repository, commit, [path], signal);
  if (found?.kind === 'tree') return found.id;
  throw new ChartUnavailableError(await explainNoTree(local, place, found ?? { kind: 'missing' }, signal));
}

async function explainNoTree(
  local: LocalGit,
  place: Place,
  found: Found,
  signal: AbortSignal,
): Promise<string> {
  const { repository, commit, path, shown } = place;
  const at = `in commit ${commit.slice(0, 12)} of repository ${shown}`;
  const entries = await listTree(local, repository, commit, { signal });
  if (found.kind === 'outside') return `the path '${path}' ${at} is a link that leads out of the repository`;
  if (found.kind === 'loop') return `the path '${path}' ${at} is a link that leads to itself`;
  if (entries.some((entry) => entry.mode === 'submodule' && isIn(path, entry.path))) {
    return `the path '${path}' ${at} lies in a submodule, which is not fetched: name the submodule's own repository`;
  }
  if (found.kind === 'blob') {
    const folder = posix.dirname(path);
    const hint =
      folder === '.' ? "use '.' for the root of the repository" : `did you mean the folder '${folder}'?`;
    return `the path '${path}' ${at} is a file and not a folder: ${hint}`;
  }
  const hint = place.purpose === 'chart' ? whichCharts(path, entries) : whichFolders(path, entries);
  return `the path '${path}' does not exist ${at}: ${hint}`;
}

/** Git has no empty folders: whoever deletes the last file of one has deleted it. */
function whichFolders(path: string, entries: readonly TreeEntry[]): string {
  const folders = nearestFolders(
    path,
    entries.map((entry) => entry.path),
  );
  return `${folders}; commit the folder, with a .gitkeep in it if it is to be empty, or change spec.path`;
}

const MOST_CHARTS = 5;

/** Where the charts of the repository are, the likely ones first. */
function whichCharts(path: string, entries: readonly TreeEntry[]): string {
  const charts = entries
    .filter((entry) => posix.basename(entry.path) === 'Chart.yaml')
    .map((entry) => posix.dirname(entry.path))
    .filter(
      (folder) => !folder.split('/').includes('charts') || folder.split('/').lastIndexOf('charts') === 0,
    );
  const alike = nearest(path, charts);
  if (alike.length > 0) return `did you mean ${alike.map((one) => `'${one}'`).join(' or ')}?`;
  if (charts.length === 0) return 'no folder of it holds a Chart.yaml';
  const named = charts.slice(0, MOST_CHARTS).map((one) => `'${one}'`);
  const rest = charts.length - named.length;
  return `its charts are in ${named.join(', ')}${rest > 0 ? ` and ${String(rest)} more folders` : ''}`;
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
