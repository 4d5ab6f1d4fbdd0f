import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidChartError } from '../../api/errors.ts';
import { type ChartMetadata, parseChartYaml, parseRequirementsYaml } from '../content/chart-yaml.ts';

/**
 * Reads Chart.yaml, and what charts of the apiVersion v1 have in requirements.yaml. The message of an
 * InvalidChartError completes "the chart in folder ... ".
 */
export async function readMetadata(folder: string): Promise<ChartMetadata> {
  const chartYaml = await readIfThere(join(folder, 'Chart.yaml'));
  if (!chartYaml) throw new InvalidChartError('has no Chart.yaml: is that the folder of a chart?');
  const metadata = parseChartYaml(chartYaml);
  const requirements =
    metadata.apiVersion === 'v1' ? await readIfThere(join(folder, 'requirements.yaml')) : undefined;
  return requirements ? { ...metadata, dependencies: parseRequirementsYaml(requirements) } : metadata;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (caught) {
    if (caught instanceof Error && 'code' in caught && (caught.code === 'ENOENT' || caught.code === 'EISDIR'))
      return undefined;
    throw caught;
  }
}
