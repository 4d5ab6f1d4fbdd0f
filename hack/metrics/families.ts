import { type Exposition, parseExposition } from '../../test/unit/telemetry/parse-exposition.ts';
import { type Amounts, type Fleet, momentOf } from './moment.ts';

/** Something whose number decides how many series a metric has. */
export type Per = 'HelmRelease' | 'GitSync' | 'source' | 'credential' | 'operator';

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Without `le`. */
  readonly labels: readonly string[];
  readonly per: Per;
  /** For each of these; buckets, sum and count of a histogram are counted one by one. */
  readonly series: number;
  /** With the worst history that one can have. */
  readonly atMost: number;
}

const ONE: Amounts = { releases: 1, syncs: 1, sources: 1, credentials: 1 };
const OF: readonly (readonly [per: Exclude<Per, 'operator'>, one: keyof Amounts])[] = [
  ['HelmRelease', 'releases'],
  ['GitSync', 'syncs'],
  ['source', 'sources'],
  ['credential', 'credentials'],
];

/** Every metric of ours, by counting what is written with one release and with two, and so on. */
export async function measureFamilies(): Promise<readonly MetricFamily[]> {
  const usual = await added('usual');
  const worst = await added('worst');
  const exposition = await expositionOf(ONE, 'worst');
  return [...exposition.types].map(([name, type]) => {
    const help = exposition.helps.get(name) ?? '';
    const [per] = OF.find(([each]) => worst(name, each) > 0) ?? ['operator'];
    const family = { name, type, help, labels: labelsOf(exposition, name), per } as const;
    return { ...family, series: usual(name, per), atMost: worst(name, per) };
  });
}

export async function expositionOf(amounts: Amounts, fleet?: Fleet): Promise<Exposition> {
  return parseExposition(await momentOf(amounts, fleet).text());
}

/** How many series of a metric come with one more; for the operator, how many there are without any. */
async function added(fleet: Fleet): Promise<(name: string, per: Per) => number> {
  const one = await expositionOf(ONE, fleet);
  const more = new Map<Per, Exposition>();
  for (const [per, amount] of OF) more.set(per, await expositionOf({ ...ONE, [amount]: 2 }, fleet));
  return (name, per) => {
    const other = more.get(per);
    const before = seriesOf(one, name).length;
    return other === undefined ? before : seriesOf(other, name).length - before;
  };
}

function labelsOf(exposition: Exposition, name: string): readonly string[] {
  const names = seriesOf(exposition, name).flatMap(({ labels }) => Object.keys(labels));
  return [...new Set(names)].filter((label) => label !== 'le');
}

function seriesOf({ series, types }: Exposition, name: string): Exposition['series'] {
  const names =
    types.get(name) === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
  return series.filter((each) => names.includes(each.name));
}
