import type { IgnoreRule } from '../../api/gitsync/ignore.ts';
import type { Pointer } from '../../api/gitsync/pointer.ts';
import { formatId } from '../../api/object-id.ts';
import { contentDigest } from './digest.ts';
import { ignoredOf } from './ignore-fields.ts';
import { keyOfChart, ownChartIn, type OwnCharts } from './own-chart.ts';
import type { Placed } from './place.ts';

/** An object as it belongs in the cluster, without our marks. */
export interface Wanted extends Placed {
  /** Its id as text. */
  readonly key: string;
  readonly digest: string;
  /** Fields that are left to others once the object is there. */
  readonly ignored: readonly Pointer[];
  /** Of a HelmRelease whose chart is in its own commit: the folder. */
  readonly chartPath?: string;
}

export function wantedOf(
  placed: Placed,
  rules: readonly IgnoreRule[],
  charts: OwnCharts,
  digestKey: Buffer,
): Wanted {
  const ignored = ignoredOf(rules, placed.id);
  const chart = ownChartIn(placed.object);
  const digest = contentDigest(placed.object, digestKey, ignored, chart && charts.get(keyOfChart(chart)));
  return {
    ...placed,
    ...{ key: formatId(placed.id), digest, ignored },
    ...(chart === undefined ? {} : { chartPath: chart.path }),
  };
}
