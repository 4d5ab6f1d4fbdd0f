import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseStatus } from '../../../src/api/helm-release.ts';
import { snapshotsOf } from '../../../src/operator/snapshots.ts';
import type { ReleaseSnapshot } from '../../../src/telemetry/metrics/sources.ts';

const FAILURE = {
  step: 'upgrade',
  cause: 'helm says no',
  attempts: 3,
  time: '2026-01-01T00:30:00Z',
} as const;

function snapshotOf(status: HelmReleaseStatus): ReleaseSnapshot {
  const release: HelmRelease = {
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { namespace: 'team', name: 'web' },
    spec: { chart: { repository: 'https://charts.example.com', name: 'web', version: '1.0.0' } },
    status,
  };
  const [snapshot] = snapshotsOf([release]);
  if (snapshot === undefined) throw new Error('there is no snapshot');
  return snapshot;
}

function condition(type: 'Ready' | 'Released', status: 'True' | 'False' | 'Unknown', at: string) {
  return { type, status, reason: `${type}${status}`, lastTransitionTime: at } as const;
}

describe('what the metrics show of a HelmRelease', () => {
  it('has no failure while it is ready, new, or at work for the first time', () => {
    expect(snapshotOf({}).failure).to.equal(undefined);
    for (const status of ['True', 'Unknown'] as const) {
      const conditions = [condition('Ready', status, '2026-01-01T00:00:00Z')];
      expect(snapshotOf({ conditions }).failure, status).to.equal(undefined);
    }
  });

  it('fails since the first of several tries, also while the next one is under way', () => {
    const since = Date.parse('2026-01-01T00:00:00Z') / 1000;
    const released = condition('Released', 'False', '2026-01-01T00:00:00Z');
    for (const status of ['False', 'Unknown'] as const) {
      const conditions = [released, condition('Ready', status, '2026-01-01T00:30:00Z')];
      expect(snapshotOf({ failure: FAILURE, conditions }).failure).to.deep.equal({
        step: 'upgrade',
        reason: `Ready${status}`,
        attempts: 3,
        since,
      });
    }
  });

  it('fails by its health where nothing was tried', () => {
    const conditions = [
      condition('Released', 'True', '2026-01-01T00:00:00Z'),
      condition('Ready', 'False', '2026-01-01T00:30:00Z'),
    ];
    expect(snapshotOf({ conditions }).failure).to.deep.equal({
      step: 'health',
      reason: 'ReadyFalse',
      attempts: 0,
      since: Date.parse('2026-01-01T00:30:00Z') / 1000,
    });
  });

  it('tells when the last action that has ended did so, and how long it took', () => {
    const entry = {
      ...{ chart: 'web', version: '1.0.0', sourceRevision: 'a', digest: 'd' },
      ...{ action: 'upgrade' as const, cause: 'Changed' },
    };
    const running = { ...entry, revision: 3, result: 'Pending', time: '2026-01-01T02:00:00Z' } as const;
    const done = {
      ...{ ...entry, revision: 2, result: 'Released' as const, time: '2026-01-01T01:00:00Z' },
      finished: '2026-01-01T01:00:07Z',
    } as const;
    expect(snapshotOf({ history: [running, done] }).lastAction).to.deep.equal({
      action: 'upgrade',
      success: true,
      seconds: 7,
      finishedAt: Date.parse('2026-01-01T01:00:07Z') / 1000,
    });
  });
});
