import { readChartFiles } from '../../charts/content/chart-files.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import { canonicalJsonInHelm } from '../../values/canonical-json.ts';
import { parseHelmYaml } from '../../values/helm-yaml.ts';
import { mergeValues } from '../../values/merge.ts';
import type { ValuesMap } from '../../values/merge.ts';
import type { Plan } from '../plan.ts';

/** What differs between a stored revision and a plan, in words; undefined when nothing does. */
export type DifferenceFrom = (
  plan: Plan,
  revision: number,
  signal: AbortSignal,
) => Promise<string | undefined>;

/**
 * Compares what Helm stores of a release that somebody else made: user values, chart metadata, the chart's own values
 * and its top-level templates. Helm stores no subcharts, and a rendering would differ wherever a chart makes
 * random values: neither may cause a new revision on the day of adoption.
 */
export function createDifference(storage: Pick<Storage, 'read'>): DifferenceFrom {
  return async ({ target, chart, values }, revision, signal) => {
    const stored = await storage.read(target.namespace, target.releaseName, revision, signal);
    if (stored === undefined) return 'the stored revision is gone';
    const { metadata } = stored.chart;
    if (metadata['name'] !== chart.name || metadata['version'] !== chart.version) {
      return `the chart was ${text(metadata['name'])}-${text(metadata['version'])}`;
    }
    if (text(metadata['appVersion']) !== (chart.appVersion ?? '')) return 'the app version of the chart';
    if (canonicalJsonInHelm(stored.config) !== canonicalJsonInHelm(values.merged)) return 'the values';
    return await differenceOfFiles(stored, chart.path);
  };
}

async function differenceOfFiles({ chart }: StoredRelease, archive: string): Promise<string | undefined> {
  const files = await readChartFiles(
    archive,
    (path) => path === 'values.yaml' || path.startsWith('templates/'),
  );
  const defaults = files.get('values.yaml');
  const own = defaults === undefined ? {} : mapIn(defaults);
  if (canonicalJsonInHelm(chart.values) !== canonicalJsonInHelm(own)) return "the chart's own values";
  const stored = new Map(chart.templates.map(({ name, data }) => [name, data]));
  for (const [path, bytes] of files) {
    if (path === 'values.yaml') continue;
    if (stored.get(path) !== bytes.toString('base64')) return `the template ${path}`;
    stored.delete(path);
  }
  const [gone] = stored.keys();
  return gone === undefined ? undefined : `the template ${gone}`;
}

function mapIn(document: Buffer): ValuesMap {
  return parseHelmYaml(document)
    .documents.filter((each): each is ValuesMap => typeof each === 'object' && each !== null)
    .reduce<ValuesMap>(mergeValues, {});
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
