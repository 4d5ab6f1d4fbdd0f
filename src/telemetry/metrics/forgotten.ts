import type { HelmReleaseLabels } from './action-durations.ts';
import type { ReleaseLabels } from './release-counters.ts';
import type { Reading } from './sources.ts';

export type GoneRelease = ReleaseLabels & HelmReleaseLabels;

interface Series<L> {
  readonly forget: (labels: L) => void;
}

export interface Forgotten {
  readonly add: (release: GoneRelease) => void;
  readonly sweep: (reading: Reading) => void;
  readonly size: number;
}

/**
 * Series of releases that are gone are swept at the next scrape, not at once: the pass that ended a release reports
 * after it, another HelmRelease may own what this one only claimed, and one of the same name may be back.
 */
export function createForgotten(
  byName: Series<ReleaseLabels>,
  byTarget: Series<HelmReleaseLabels>,
): Forgotten {
  const waiting = new Map<string, GoneRelease>();
  return {
    add: (release) => {
      waiting.set(`${nameOf(release)} ${targetOf(release)}`, release);
    },
    sweep: ({ releases }) => {
      if (waiting.size === 0) return;
      const names = new Set(releases.map(nameOf));
      const targets = new Set(releases.map(targetOf));
      for (const [key, release] of waiting) {
        const isNamed = names.has(nameOf(release));
        const isTarget = targets.has(targetOf(release));
        if (!isNamed) byName.forget(release);
        if (!isTarget) byTarget.forget(release);
        if (!isNamed && !isTarget) waiting.delete(key);
      }
    },
    get size() {
      return waiting.size;
    },
  };
}

function nameOf({ namespace, name }: ReleaseLabels): string {
  return `${namespace}/${name}`;
}

function targetOf({ targetNamespace, releaseName }: HelmReleaseLabels): string {
  return `${targetNamespace}/${releaseName}`;
}
