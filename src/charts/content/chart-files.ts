import { createReadStream } from 'node:fs';
import { fullBudget, readArchive } from './archive.ts';

/** The files of a packaged chart that are wanted, by their path within the chart. Subcharts stay packed. */
export async function readChartFiles(
  archive: string,
  wanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  await readArchive(createReadStream(archive), fullBudget(), (path, bytes) => {
    if (wanted(path)) files.set(path, bytes);
  });
  return files;
}
