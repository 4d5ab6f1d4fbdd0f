import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../src/api/helm-release.ts';
import { hasLostReadiness } from '../../../src/operator/readiness.ts';
import { timesOf } from '../../../src/operator/release-times.ts';

const AT = '2026-01-01T00:00:00Z';
const SECONDS = Date.parse(AT) / 1000;
const OPERATION = { action: 'upgrade', digest: 'd', fromRevision: 1, toRevision: 2, startedAt: AT } as const;

function release(status: HelmReleaseStatus, spec: Partial<HelmReleaseSpec> = {}): HelmRelease {
  return {
    metadata: { namespace: 'shop', name: 'web' },
    spec: { chart: { repository: 'https://charts.example.com', name: 'web', version: '1.0.0' }, ...spec },
    status,
  };
}

describe('what the metrics show of time', () => {
  it('is nothing of a HelmRelease that nobody has looked at', () => {
    expect(timesOf(release({}))).to.deep.equal({ readyChanged: undefined, operation: undefined });
  });

  it('is since when it is ready or not', () => {
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: AT }] as const;
    expect(timesOf(release({ conditions })).readyChanged).to.equal(SECONDS);
  });

  it('is when what is under way should be over: as status says, or by the timeout of the action', () => {
    const deadline = (operation: HelmReleaseStatus['operation'], spec?: Partial<HelmReleaseSpec>): number =>
      (timesOf(release({ ...(operation ? { operation } : {}) }, spec)).operation?.deadline ?? NaN) - SECONDS;

    expect(deadline({ ...OPERATION, deadline: '2026-01-01T00:00:42Z' })).to.equal(42);
    expect(deadline(OPERATION)).to.equal(300);
    expect(deadline(OPERATION, { timeout: 7 })).to.equal(7);
    expect(deadline({ ...OPERATION, action: 'test' }, { timeout: 7, test: { timeout: 9 } })).to.equal(9);
    expect(deadline({ ...OPERATION, action: 'rollback' }, { rollback: { timeout: 8 } })).to.equal(8);
    expect(timesOf(release({ operation: OPERATION })).operation).to.include({
      action: 'upgrade',
      started: SECONDS,
    });
  });
});

describe('readiness', () => {
  const was = (ready: 'True' | 'False' | 'Unknown', status: HelmReleaseStatus = {}): HelmRelease =>
    release({
      conditions: [{ type: 'Ready', status: ready, observedGeneration: 1 }],
      deployed: { revision: 3, chart: 'web-1.0.0', sourceRevision: '1', digest: 'd', since: AT },
      ...status,
    });

  it('is lost when a release that was ready is not any more', () => {
    expect(hasLostReadiness(was('True'), was('False'))).to.equal(true);
    expect(hasLostReadiness(was('True'), was('Unknown'))).to.equal(true);
  });

  it('is not lost when it stays, comes, or was not there', () => {
    expect(hasLostReadiness(was('True'), was('True'))).to.equal(false);
    expect(hasLostReadiness(was('False'), was('True'))).to.equal(false);
    expect(hasLostReadiness(was('False'), was('Unknown'))).to.equal(false);
    expect(hasLostReadiness(release({}), was('False'))).to.equal(false);
  });

  it('is not lost by an edit, an action or another revision', () => {
    const edited = was('Unknown', {
      conditions: [{ type: 'Ready', status: 'Unknown', observedGeneration: 2 }],
    });
    expect(hasLostReadiness(was('True'), edited)).to.equal(false);
    expect(hasLostReadiness(was('True'), was('Unknown', { operation: OPERATION }))).to.equal(false);
    const other = { revision: 4, chart: 'web-1.0.0', sourceRevision: '1', digest: 'd', since: AT };
    expect(hasLostReadiness(was('True'), was('False', { deployed: other }))).to.equal(false);
  });
});
