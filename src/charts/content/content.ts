import { createHash } from 'node:crypto';
import { InvalidChartError } from '../../api/errors.ts';
import type { ChartContent, Hooks } from '../chart.ts';
import { digestOfFile } from './canonical.ts';
import { type ChartMetadata, parseChartYaml } from './chart-yaml.ts';
import { hooksIn, strongestOf } from './hooks.ts';
import { walkChart } from './walk.ts';

/** What is gathered over an archive and the archives within it. */
interface Reading {
  readonly digests: Map<string, string>;
  chartYaml: Buffer | undefined;
  hooks: Hooks;
}

const CRD = /(?:^|\/)crds\/.+$/;

/**
 * Reads a packaged chart, trusting nothing in it. The digest is over what helm reads, the sorted paths and bytes,
 * packed subcharts unpacked: packing the same files again gives the same digest. `subject` begins the message
 * of the InvalidChartError that says what is wrong with it.
 */
export async function readChart(file: string, subject: string): Promise<ChartContent> {
  const reading: Reading = { digests: new Map(), chartYaml: undefined, hooks: 'none' };
  try {
    await walkChart(file, (path, bytes) => {
      if (reading.digests.has(path)) throw new InvalidChartError(`holds ${path} twice`);
      reading.digests.set(path, digestOfFile(path, bytes));
      reading.hooks = strongestOf(reading.hooks, hooksIn(bytes));
      if (path === 'Chart.yaml') reading.chartYaml = bytes;
    });
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
