import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { InvalidChartError } from '../../api/errors.ts';
import { type Budget, fullBudget, readArchive, type VisitFile } from './archive.ts';

const PACKED_SUBCHART = /(?:^|\/)charts\/[^/_.][^/]*\.tgz$/;
const MAX_NESTING = 8;
const SLICE_BYTES = 65_536;

/**
 * Every file of a packaged chart, those of packed subcharts as if they lay in a folder called as the archive. Nothing
 * is written to disk and all of it shares one budget; what breaks the rules throws an InvalidChartError whose message
 * completes "the archive ...".
 */
export async function walkChart(file: string, visit: VisitFile): Promise<void> {
  await walk(createReadStream(file), '', 0, fullBudget(), visit);
}

async function walk(
  chunks: AsyncIterable<Buffer>,
  prefix: string,
  depth: number,
  budget: Budget,
  visit: VisitFile,
): Promise<void> {
  const packed: (readonly [path: string, bytes: Buffer])[] = [];
  await readArchive(chunks, budget, (inner, bytes) => {
    const path = prefix + inner;
    if (PACKED_SUBCHART.test(inner)) packed.push([path, bytes]);
    else visit(path, bytes);
  });

  if (packed.length > 0 && depth === MAX_NESTING) {
    throw new InvalidChartError(`holds charts packed in charts more than ${String(MAX_NESTING)} deep`);
  }
  for (const [path, bytes] of packed) {
    await walk(chunksOf(bytes), `${path}/`, depth + 1, budget, visit).catch((caught: unknown) => {
      throw caught instanceof InvalidChartError && depth === 0
        ? new InvalidChartError(`holds ${path}, which ${caught.message}`, { cause: caught.cause })
        : caught;
    });
  }
}

/** In slices, so that unpacking a large one does not hold up everything else. */
async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    yield bytes.subarray(at, at + SLICE_BYTES);
    await setImmediate();
  }
}
