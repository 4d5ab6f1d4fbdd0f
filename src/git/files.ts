import { posix } from 'node:path';
import { ChartUnavailableError } from '../api/errors.ts';
import { batches } from './batches.ts';
import { type Limits, listFiles } from './listing.ts';
import type { LocalGit } from './local.ts';
import { megabytes } from './megabytes.ts';
import { type Place, treeAt } from './tree.ts';

/** A regular file of a commit. */
export interface CommitFile {
  /** From the root of the repository, by way of the links that led to it. */
  readonly path: string;
  readonly blob: string;
  readonly size: number;
}

export interface FileContent {
  readonly file: CommitFile;
  /** Often a window into the bytes of many files: who keeps it keeps them all, and had better copy it. */
  readonly bytes: Buffer;
}

/** What stands at a path of a commit once the links on the way are followed. */
export type Found =
  /** `path` is where it really lies, without a link on the way: what it names by a relative path starts from there. */
  | { readonly kind: 'file'; readonly blob: string; readonly size: number; readonly path: string }
  | { readonly kind: 'folder'; readonly tree: string; readonly path: string }
  /** Nothing, a submodule, a link to nothing or to itself. */
  | { readonly kind: 'missing' }
  /** An absolute path, one above the root, or a link to such. */
  | { readonly kind: 'escapes' };

/** What is no manifest may lie beside them, however large: sizes count for what is read. */
const LISTED: Limits = { files: 20_000, bytes: Infinity, fileBytes: Infinity };
const MAX_FILE_BYTES = 5_000_000;
const MAX_BYTES = 250_000_000;

/** The regular files below a place, sorted by path. Links inside the repository are followed, and others refused. */
export async function filesBelow(
  local: LocalGit,
  place: Place,
  signal: AbortSignal,
): Promise<readonly CommitFile[]> {
  const { files } = await listFiles(local, place, await treeAt(local, place, signal), LISTED, signal);
  return files
    .map(({ path, id, size }) => ({ path: posix.join(place.path, path), blob: id, size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The contents of files, in their order, a few megabytes at a time: `readPortion` is called for what comes next only when the
 * caller has taken what was before. `where` is the commit, for messages.
 */
export async function* readInPortions(
  files: readonly CommitFile[],
  where: string,
  readPortion: (
    portion: readonly { readonly id: string; readonly size: number }[],
  ) => Promise<readonly Buffer[]>,
): AsyncGenerator<FileContent> {
  refuseTooMuch(files, where);
  for (const portion of batches(files)) {
    const contents = await readPortion(portion.map(({ blob, size }) => ({ id: blob, size })));
    for (const [at, file] of portion.entries()) {
      const bytes = contents[at];
      if (bytes === undefined) throw new Error(`no content for ${file.path}`);
      yield { file, bytes };
    }
  }
}

function refuseTooMuch(files: readonly CommitFile[], where: string): void {
  const large = files.find(({ size }) => size > MAX_FILE_BYTES);
  if (large !== undefined) {
    throw new ChartUnavailableError(
      `the file '${large.path}' ${where} has ${megabytes(large.size)}, and one that is read may have ${megabytes(MAX_FILE_BYTES)}: make it smaller, or keep it apart from the manifests`,
    );
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_BYTES) {
    throw new ChartUnavailableError(
      `the files to read ${where} have ${megabytes(bytes)}, and all together may have ${megabytes(MAX_BYTES)}: keep what is no manifest apart from them`,
    );
  }
}
