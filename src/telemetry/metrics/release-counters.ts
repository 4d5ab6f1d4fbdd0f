import { counterFamily, type Family } from './exposition.ts';

/** The HelmRelease that an event belongs to. */
export interface ReleaseLabels {
  readonly namespace: string;
  readonly name: string;
}

export interface ReleaseCounters {
  /** An install, upgrade, test, rollback or uninstall failed, or what it deployed did not become ready. */
  readonly releaseFailed: (release: ReleaseLabels) => void;
  readonly releaseRolledBack: (release: ReleaseLabels) => void;
  /** It was ready and is not any more, though nothing was begun on it. */
  readonly readinessLost: (release: ReleaseLabels) => void;
  readonly forget: (release: ReleaseLabels) => void;
  readonly families: readonly Family[];
}

export function createReleaseCounters(): ReleaseCounters {
  const failures = new Map<string, number>();
  const rollbacks = new Map<string, number>();
  const losses = new Map<string, number>();
  return {
    releaseFailed: (release) => {
      increase(failures, release);
    },
    releaseRolledBack: (release) => {
      increase(rollbacks, release);
    },
    readinessLost: (release) => {
      increase(losses, release);
    },
    forget: (release) => {
      failures.delete(keyOf(release));
      rollbacks.delete(keyOf(release));
      losses.delete(keyOf(release));
    },
    families: [
      perRelease(
        'helmrelease_failures_total',
        'Failed actions on the release of a HelmRelease since the operator started.',
        failures,
      ),
      perRelease(
        'helmrelease_rollbacks_total',
        'Rollbacks of the release of a HelmRelease since the operator started.',
        rollbacks,
      ),
      perRelease(
        'helmrelease_readiness_losses_total',
        'How often the HelmRelease was ready and then not any more, with nothing begun on it, since the operator started.',
        losses,
      ),
    ],
  };
}

/** Every release has its series, from 0 on: Prometheus sees an increase only in a series that it knows. */
function perRelease(name: string, help: string, counts: ReadonlyMap<string, number>): Family {
  return counterFamily(name, help, function* ({ releases }) {
    for (const release of releases) {
      yield [{ namespace: release.namespace, name: release.name }, counts.get(keyOf(release)) ?? 0];
    }
  });
}

function increase(counts: Map<string, number>, release: ReleaseLabels): void {
  counts.set(keyOf(release), (counts.get(keyOf(release)) ?? 0) + 1);
}

function keyOf({ namespace, name }: ReleaseLabels): string {
  return `${namespace}/${name}`;
}
