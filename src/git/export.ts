import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ListedFile } from './listing.ts';
import type { LocalGit } from './local.ts';
import { readBlobs } from './objects.ts';
import type { Repository } from './repository.ts';

/** Held in memory at once, unless one file is larger. */
const BATCH_BYTES = 8_000_000;
const BATCH_FILES = 2_000;

/** Writes files below `into`, which must be new: no link is ever made there, and none is written through. */
export async function writeFiles(
  local: LocalGit,
  repository: Repository,
  files: readonly ListedFile[],
  into: string,
  signal: AbortSignal,
): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(into, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const batch of batches(files)) {
    const contents = await readBlobs(local, repository, batch, signal);
    for (const [at, { path, executable }] of batch.entries()) {
      const content = contents[at];
      if (content === undefined) throw new Error(`no content for ${path}`);
      // 'wx' refuses whatever is there already, also a link.
      await writeFile(join(into, path), content, { flag: 'wx', mode: executable ? 0o755 : 0o644 });
    }
  }
}

function* batches(files: readonly ListedFile[]): Generator<readonly ListedFile[]> {
  let batch: ListedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && (bytes + file.size > BATCH_BYTES || batch.length >= BATCH_FILES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}
