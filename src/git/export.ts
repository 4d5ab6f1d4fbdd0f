import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { batches } from './batches.ts';
import type { ListedFile } from './listing.ts';
import type { LocalGit } from './local.ts';
import { readBlobs } from './objects.ts';
import type { Repository } from './repository.ts';

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
