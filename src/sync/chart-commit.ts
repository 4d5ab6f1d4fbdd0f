import type { Wanted } from './desire/wanted.ts';
import { chartCommitIn, chartPlace } from './inventory/charts.ts';
import type { Entry, Inventory } from './inventory/entry.ts';

export interface ChartCommitInput {
  /** That is applied. */
  readonly commit: string;
  /** Whether charts that are the same as before are taken from this commit nevertheless: theirs may be gone. */
  readonly renewCharts: boolean;
}

type Wanting = Pick<Wanted, 'key' | 'digest' | 'chartPath'>;

/**
 * From which commit the chart of a HelmRelease comes: that of the manifest, or an older one with the same manifest and chart, so that a
 * commit beside the two writes nothing. Undefined for whatever has no chart there.
 */
export function chartCommitOf(
  { digest, chartPath }: Wanting,
  entry: Entry | undefined,
  { commit, renewCharts }: ChartCommitInput,
): string | undefined {
  if (chartPath === undefined) return undefined;
  const known = renewCharts || entry?.digest !== digest ? undefined : chartCommitIn(entry.charts);
  return known ?? commit;
}

/** The same with its folder, for the inventory. */
export function chartPlaceOf(
  wanted: Wanting | undefined,
  before: Inventory,
  input: ChartCommitInput,
): string | undefined {
  const commit = wanted && chartCommitOf(wanted, before.get(wanted.key), input);
  return commit === undefined ? undefined : chartPlace(commit, wanted?.chartPath ?? '');
}
