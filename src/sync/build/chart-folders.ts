import { posix } from 'node:path';
import type { CommitFile } from '../../git/files.ts';

/** Folders that are charts: what lies in them and below is for helm, and no manifest. */
export function chartFolders(files: readonly CommitFile[]): ReadonlySet<string> {
  return new Set(
    files.filter(({ path }) => posix.basename(path) === 'Chart.yaml').map(({ path }) => folderOf(path)),
  );
}

/** The folder that a file lies in, '' for the root of the repository. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folders that a file lies in, the innermost first and the root of the repository last. */
export function* foldersOf(path: string): Generator<string> {
  for (let folder = path; folder !== '';) {
    folder = folderOf(folder);
    yield folder;
  }
}

export function isWithin(path: string, folders: ReadonlySet<string>): boolean {
  return folders.size > 0 && foldersOf(path).some((folder) => folders.has(folder));
}
