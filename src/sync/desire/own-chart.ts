import { GROUP, KIND } from '../../api/names.ts';
import type { LocalChart } from '../../charts/git/git-charts.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { isMap } from '../../values/merge.ts';
import type { SourceDocument } from '../document.ts';

/** What each of them consists of at one commit, by its key. */
export type OwnCharts = ReadonlyMap<string, string>;

/** No folder has a longer one, and the inventory has to have room for it. */
const MAX_PATH = 4_096;

/** The chart of a HelmRelease that is in the commit of its manifest; undefined for whatever has none there. What is wrong with it the API server says. */
export function ownChartIn({ apiVersion = '', kind, ...rest }: KubeObject): LocalChart | undefined {
  if (kind !== KIND || !apiVersion.startsWith(`${GROUP}/`) || !('spec' in rest)) return undefined;
  const chart = isMap(rest.spec) ? rest.spec['chart'] : undefined;
  if (!isMap(chart)) return undefined;
  const { path, git, repository, skipDepUpdate } = chart;
  if (typeof path !== 'string' || isGiven(git) || isGiven(repository)) return undefined;
  if (path === '' || path.length > MAX_PATH) return undefined;
  return { path, skipDepUpdate: skipDepUpdate === true };
}

export function keyOfChart({ path, skipDepUpdate }: LocalChart): string {
  return `${skipDepUpdate ? 'alone' : 'with folders'}:${path}`;
}

/** Asks for each chart once, however many releases are made of it, and for none where there is none. */
export async function ownChartsOf(
  documents: readonly Pick<SourceDocument, 'object'>[],
  identify: (charts: readonly LocalChart[]) => Promise<readonly string[]>,
): Promise<OwnCharts> {
  const charts = new Map<string, LocalChart>();
  for (const { object } of documents) {
    const chart = ownChartIn(object);
    if (chart !== undefined) charts.set(keyOfChart(chart), chart);
  }
  if (charts.size === 0) return new Map();
  const texts = await identify([...charts.values()]);
  return new Map([...charts.keys()].map((key, at) => [key, texts[at] ?? '']));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
