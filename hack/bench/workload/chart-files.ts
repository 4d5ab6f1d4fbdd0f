import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveOf } from '../../../test/support/chart-archive.ts';

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

/** The chart as `helm package` would lay it out. */
export async function packedChart(): Promise<Buffer> {
  const files = Object.entries(await chartFilesIn(CHART_NAME));
  return archiveOf(files.map(([path, content]) => ({ path, content })));
}
