import { type Clock, systemClock } from '../clock.ts';
import type { Family } from './exposition.ts';
import type { ReleaseLabels } from './release-counters.ts';
import { perRelease } from './release-gauges.ts';

export interface ReleasePasses {
  /** A pass over it ended, however. */
  readonly releasePassed: (release: ReleaseLabels) => void;
  readonly forget: (release: ReleaseLabels) => void;
  readonly families: readonly Family[];
}

/** When each HelmRelease was last looked at. One that never was counts from the first scrape that shows it. */
export function createReleasePasses(clock: Clock = systemClock): ReleasePasses {
  const passes = new Map<string, number>();
  const now = (): number => clock.now().getTime() / 1000;
  return {
    releasePassed: (release) => {
      passes.set(keyOf(release), now());
    },
    forget: (release) => {
      passes.delete(keyOf(release));
    },
    families: [
      perRelease(
        'last_pass_timestamp_seconds',
        'When the operator last looked at the HelmRelease; before it ever did, when it first showed it here.',
        (release, labels) => {
          const at = passes.get(keyOf(release)) ?? now();
          passes.set(keyOf(release), at);
          return [[labels, at]];
        },
      ),
    ],
  };
}

function keyOf({ namespace, name }: ReleaseLabels): string {
  return `${namespace}/${name}`;
}
