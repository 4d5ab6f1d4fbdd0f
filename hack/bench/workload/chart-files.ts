import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHART = join(import.meta.dirname, 'chart');

export const CHART_NAME = 'storefront';
export const CHART_VERSION = '1.0.0';

/** The files of the reference workload's chart, in the folder given. */
export async function chartFilesIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(CHART, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files[`${folder}${path.slice(CHART.length)}`] = await readFile(path, 'utf8');
  }
  return files;
}
