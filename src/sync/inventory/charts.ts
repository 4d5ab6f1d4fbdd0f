import { MAX_CHART_PLACES } from '../../api/gitsync/schema/limits.ts';

/**
 * Where the chart of a HelmRelease may come from, in git's own words: `COMMIT:PATH`. The last one is the newest; others are of applies
 * that may have been cut off, so that nobody knows which of them is on the object.
 */
export type ChartPlaces = readonly string[];

export function chartPlace(commit: string, path: string): string {
  return `${commit}:${path}`;
}

/** The commit of the newest one. */
export function chartCommitIn(places: ChartPlaces | undefined): string | undefined {
  return places?.at(-1)?.split(':', 1)[0];
}

/** Another one is about to be applied. */
export function withPlace(places: ChartPlaces = [], place: string): ChartPlaces {
  return [...places.filter((known) => known !== place), place].slice(-MAX_CHART_PLACES);
}
