import type { HelmRelease, HelmReleaseStatus, HistoryEntry } from '../../../src/api/helm-release.ts';
import type { Outcome } from '../../../src/notify/outcome.ts';

export const COMMIT = 'a'.repeat(40);
export const TRAIL_COMMIT = 'b'.repeat(40);

export function entry(revision: number, change: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    revision,
    chart: 'web',
    version: '1.0.0',
    sourceRevision: COMMIT,
    digest: 'digest',
    action: revision === 1 ? 'install' : 'upgrade',
    cause: 'Changed',
    result: 'Released',
    time: `2026-01-01T00:0${String(revision)}:00Z`,
    finished: `2026-01-01T00:0${String(revision)}:30Z`,
    ...change,
  };
}

export function release(
  status: HelmReleaseStatus = {},
  change: {
    readonly uid?: string;
    readonly spec?: Partial<HelmRelease['spec']>;
    readonly name?: string;
  } = {},
): HelmRelease {
  const { uid = 'uid', spec = {}, name = 'web' } = change;
  return {
    metadata: { name, namespace: 'shop', uid },
    spec: { chart: { git: 'https://github.com/acme/charts.git', path: 'web' }, ...spec },
    status,
  };
}

export function ready(message = 'all is well', since = '2026-01-01T00:05:00Z'): HelmReleaseStatus {
  return {
    conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message, lastTransitionTime: since }],
    deployed: {
      ...{ revision: 1, chart: 'web-1.0.0', sourceRevision: COMMIT, digest: 'digest' },
      since: '2026-01-01T00:01:30Z',
    },
  };
}

export function failure(
  change: Partial<NonNullable<HelmReleaseStatus['failure']>> = {},
): NonNullable<HelmReleaseStatus['failure']> {
  return { step: 'chart', cause: 'no such chart', attempts: 1, time: '2026-01-01T00:06:00Z', ...change };
}

export function outcome(change: Partial<Outcome> = {}): Outcome {
  return {
    key: '1Rabc',
    uid: 'uid',
    namespace: 'shop',
    name: 'web',
    releaseName: 'shop-web',
    targetNamespace: 'shop',
    result: 'Released',
    sentence: 'web-1.0.0 is released as revision 1 (install)',
    time: '2026-01-01T00:01:30Z',
    revision: 1,
    chart: 'web',
    version: '1.0.0',
    commits: [],
    ...change,
  };
}
