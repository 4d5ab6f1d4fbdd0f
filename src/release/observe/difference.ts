import { readChartFiles } from '../../charts/content/chart-files.ts';
import type { Helm } from '../../helm/helm.ts';
import type { UpgradeRequest } from '../../helm/requests.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import { canonicalJsonInHelm } from '../../values/canonical-json.ts';
import { differingPaths } from '../../values/differing-paths.ts';
import { parseHelmYaml } from '../../values/helm-yaml.ts';
import { mergeValues } from '../../values/merge.ts';
import type { ValuesMap } from '../../values/merge.ts';
import { saysNothing } from '../../helm/errors/platform-trouble.ts';
import type { Plan } from '../plan.ts';
import { isSameInHelm } from './same-in-helm.ts';

/** What differs between a stored revision and a plan, in words; undefined when nothing does. */
export type DifferenceFrom = (
  plan: Plan,
  revision: number,
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface DifferencePorts {
  readonly storage: Pick<Storage, 'read'>;
  readonly helm: Pick<Helm, 'dryRun'>;
  /** The upgrade that the plan would be carried out by. */
  readonly upgradeOf: (plan: Plan) => UpgradeRequest;
}

/**
 * Compares what Helm stores of a release that somebody else made: user values, chart metadata, the chart's own values
 * and its top-level templates. That alone says whether anything differs, so that a chart which makes random values
 * is never upgraded for them. Where it says so, helm is asked what it would store, which can only excuse: of a
 * chart with subcharts Helm stores other values than the chart has, and some changes make no difference in the end.
 */
export function createDifference({ storage, helm, upgradeOf }: DifferencePorts): DifferenceFrom {
  return async (plan, revision, signal) => {
    const { target, chart } = plan;
    const stored = await storage.read(target.namespace, target.releaseName, revision, signal);
    if (stored === undefined) return 'the stored revision is gone';
    const { metadata } = stored.chart;
    if (metadata['name'] !== chart.name || metadata['version'] !== chart.version) {
      return `the chart was ${text(metadata['name'])}-${text(metadata['version'])}`;
    }
    if (text(metadata['appVersion']) !== (chart.appVersion ?? '')) return 'the app version of the chart';
    const difference = differenceOfValues(stored, plan) ?? (await differenceOfFiles(stored, chart.path));
    if (difference === undefined) return undefined;
    const rehearsal = await helm.dryRun(upgradeOf(plan), signal);
    if (rehearsal.kind === 'ok') return isSameInHelm(stored, rehearsal.release) ? undefined : difference;
    // It says nothing about the release, which must not be upgraded for a host that does not answer.
    if (saysNothing(rehearsal.error)) throw rehearsal.error;
    return difference;
  };
}

const MAX_NAMED = 5;

function differenceOfValues(
  { config }: StoredRelease,
  { values: { merged }, settings }: Plan,
): string | undefined {
  // With the old values kept, only what the new ones change of them counts.
  const wanted = settings.reuseValues ? mergeValues(config, merged) : merged;
  const paths = differingPaths(config, wanted);
  if (paths.length === 0) return undefined;
  const more = paths.length > MAX_NAMED ? ` and ${String(paths.length - MAX_NAMED)} more` : '';
  return `the values (${paths.slice(0, MAX_NAMED).join(', ')}${more})`;
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
