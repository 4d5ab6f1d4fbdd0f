import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { InvalidChartError } from '../../api/errors.ts';
import type { ChartContent, Hooks } from '../chart.ts';
import { type Budget, fullBudget, readArchive } from './archive.ts';
import { digestOfFile } from './canonical.ts';
import { type ChartMetadata, parseChartYaml } from './chart-yaml.ts';
import { hooksIn, strongestOf } from './hooks.ts';

/** What is gathered over an archive and the archives within it. */
interface Reading {
  readonly budget: Budget;
  readonly digests: Map<string, string>;
  chartYaml: Buffer | undefined;
  hooks: Hooks;
}

const PACKED_SUBCHART = /(?:^|\/)charts\/[^/_.][^/]*\.tgz$/;
const CRD = /(?:^|\/)crds\/.+$/;
const MAX_NESTING = 8;
const SLICE_BYTES = 65_536;

/**
 * Reads a packaged chart, trusting nothing in it. The digest is over what helm reads, the sorted paths and bytes,
 * packed subcharts unpacked: packing the same files again gives the same digest. `subject` begins the message
 * of the InvalidChartError that says what is wrong with it.
 */
export async function readChart(file: string, subject: string): Promise<ChartContent> {
  const reading: Reading = { budget: fullBudget(), digests: new Map(), chartYaml: undefined, hooks: 'none' };
  try {
    await readInto(reading, createReadStream(file), '', 0);
    if (!reading.chartYaml) throw new InvalidChartError('holds no Chart.yaml: it is not a chart');
    const metadata = parseChartYaml(reading.chartYaml);
    refuseLibrary(metadata);

    const { name, version, appVersion } = metadata;
    return {
      ...{ name, version, ...(appVersion === undefined ? {} : { appVersion }) },
      digest: digestOf(reading.digests),
      hooks: reading.hooks,
      crds: [...reading.digests.keys()].filter((path) => CRD.test(path)).sort(),
    };
  } catch (caught) {
    if (!(caught instanceof InvalidChartError)) throw caught;
    throw new InvalidChartError(`${subject} ${caught.message}`, { cause: caught.cause });
  }
}

async function readInto(
  reading: Reading,
  chunks: AsyncIterable<Buffer>,
  prefix: string,
  depth: number,
): Promise<void> {
  const packed: (readonly [path: string, bytes: Buffer])[] = [];
  await readArchive(chunks, reading.budget, (inner, bytes) => {
    const path = prefix + inner;
    if (PACKED_SUBCHART.test(inner)) {
      packed.push([path, bytes]);
      return;
    }
    if (reading.digests.has(path)) throw new InvalidChartError(`holds ${path} twice`);
    reading.digests.set(path, digestOfFile(path, bytes));
    reading.hooks = strongestOf(reading.hooks, hooksIn(bytes));
    if (path === 'Chart.yaml') reading.chartYaml = bytes;
  });

  if (packed.length > 0 && depth === MAX_NESTING) {
    throw new InvalidChartError(`holds charts packed in charts more than ${String(MAX_NESTING)} deep`);
  }
  for (const [path, bytes] of packed) {
    await readInto(reading, chunksOf(bytes), `${path}/`, depth + 1).catch((caught: unknown) => {
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

function digestOf(digests: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const entry of [...digests].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(JSON.stringify(entry));
  return hash.digest('hex');
}

function refuseLibrary({ isLibrary, name }: ChartMetadata): void {
  if (!isLibrary) return;
  throw new InvalidChartError(
    `is the library chart ${name}, which other charts can use but nobody can install`,
  );
}
