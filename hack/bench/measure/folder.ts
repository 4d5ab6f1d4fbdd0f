import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface FolderSize {
  readonly bytes: number;
  readonly files: number;
}

/** Of all files in a folder, and in its folders, that do not go away meanwhile and that are below `within`, if given. */
export async function sizeOfFolder(dir: string, within = ''): Promise<FolderSize> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  let [bytes, files] = [0, 0];
  for (const entry of entries) {
    if (!entry.isFile() || !`${entry.parentPath}/`.includes(within)) continue;
    const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (found === undefined) continue;
    bytes += found.size;
    files += 1;
  }
  return { bytes, files };
}
