import { readChartFiles } from '../../charts/content/chart-files.ts';
import { hiding, shown } from '../../helm/errors/mask.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import type { Values } from '../../values/compose.ts';
import { parseHelmYaml } from '../../values/helm-yaml.ts';
import { isMap, mergeValues } from '../../values/merge.ts';
import type { ValuesMap } from '../../values/merge.ts';
import { valuesDiff } from '../../values/values-diff.ts';
import type { Plan } from '../plan.ts';
import { hiddenIn } from './rendered-secrets.ts';

/** What an upgrade changes of a stored revision, a line for each thing, for people; undefined if nothing. */
export type ReleaseDiff = (plan: Plan, revision: number, signal: AbortSignal) => Promise<string | undefined>;

/** More would not be read, and a log line has an end. */
const MAX_LINES = 200;

/** Compares by what Helm stores: the chart's name and version, its own templates, and the values of the user. */
export function createReleaseDiff(storage: Pick<Storage, 'read'>): ReleaseDiff {
  return async (plan, revision, signal) => {
    const { target, chart, values, settings } = plan;
    const stored = await storage.read(target.namespace, target.releaseName, revision, signal);
    if (stored === undefined) return undefined;
    const wanted = settings.reuseValues ? mergeValues(stored.config, values.merged) : values.merged;
    const hidden = hiddenIn(stored);
    const rendered = hidden.kind === 'words' ? onlyOf(stored.config, new Set(hidden.words)) : {};
    const lines = [
      ...chartLines(stored, `${chart.name}-${chart.version}`),
      ...(await templateLines(stored, chart.path)),
      ...valuesDiff(stored.config, wanted, mergeValues(secretValues(values), rendered)),
    ];
    if (lines.length === 0) return undefined;
    const left = lines.length - MAX_LINES;
    const first = left > 0 ? [...lines.slice(0, MAX_LINES), `... and ${String(left)} more`] : lines;
    return shown(first.join('\n'), hiding(values.secrets, hidden), {
      what: 'what the upgrade changes',
      where: `see helm get all ${target.releaseName} --namespace ${target.namespace}`,
    });
  };
}

function chartLines({ chart: { metadata } }: StoredRelease, wanted: string): readonly string[] {
  const [name, version] = [metadata['name'], metadata['version']].map((each) =>
    typeof each === 'string' ? each : '?',
  );
  const stored = `${name ?? ''}-${version ?? ''}`;
  return stored === wanted ? [] : [`~ chart: ${stored} -> ${wanted}`];
}

/** Helm stores no templates of subcharts, so they are left out on both sides. */
async function templateLines({ chart }: StoredRelease, archive: string): Promise<readonly string[]> {
  const files = await readChartFiles(archive, (path) => path.startsWith('templates/'));
  const stored = new Map(chart.templates.map(({ name, data }) => [name, data]));
  return [...new Set([...stored.keys(), ...files.keys()])].sort().flatMap((path) => {
    const [was, is] = [stored.get(path), files.get(path)?.toString('base64')];
    if (was === is) return [];
    return [`${was === undefined ? '+' : is === undefined ? '-' : '~'} ${path}`];
  });
}

/** The values that the chart has put into Secrets: what is put there next is as secret. */
function onlyOf(values: ValuesMap, words: ReadonlySet<string>): ValuesMap {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
      if (isMap(value)) return [[key, onlyOf(value, words)]];
      return words.has(String(value)) ? [[key, value]] : [];
    }),
  );
}

/** What Secrets say, whoever has the last word. */
function secretValues({ files }: Values): ValuesMap {
  return files
    .filter(({ secret }) => secret)
    .flatMap(({ content }) => parseHelmYaml(content).documents)
    .filter(isMap)
    .reduce<ValuesMap>(mergeValues, {});
}
