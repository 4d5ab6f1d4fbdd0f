import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { trailAnnotations } from '../../../src/api/trail.ts';
import { createOriginOf } from '../../../src/operator/origin.ts';
import { createClaims } from '../../../src/sync/claims.ts';
import { ownerLabels } from '../../../src/sync/desire/mark.ts';

const trail = {
  ...{ repository: 'https://git.example.com/org/deploy', path: 'team/web.yaml', commit: 'c'.repeat(40) },
  ...{ author: 'Ada <ada@example.com>', subject: 'Add web' },
};
const sync: GitSync = {
  metadata: { name: 'team', namespace: 'shop' },
  spec: { url: 'https://git.example.com/x' },
};
const release = (labels = ownerLabels({ namespace: 'shop', name: 'team' })): HelmRelease => ({
  ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', spec: { chart: {} } },
  metadata: { name: 'web', namespace: 'shop', labels, annotations: trailAnnotations(trail) },
});

describe('where a HelmRelease comes from', () => {
  function world(found: GitSync | undefined = sync) {
    let now = 0;
    const claims = createClaims();
    const originOf = createOriginOf({ claims, find: () => found, clock: { monotonicMs: () => now } });
    return {
      claims,
      originOf,
      later: (ms: number) => {
        now += ms;
      },
    };
  }
  const held = new Map([
    [
      'key',
      {
        id: { group: 'helm.fluxcd.io', kind: 'HelmRelease', namespace: 'shop', name: 'web' },
        ...{ version: 'v1', commit: 'c', made: true },
      },
    ],
  ]);

  it('is the commit that it names, when the GitSync that it names holds it', () => {
    const { claims, originOf } = world();
    claims.put('shop/team', held);
    expect(originOf(release())).to.deep.equal({ kind: 'git', trail });
  });

  it('is not known until the GitSync has been looked at, and nobody waits for that for ever', () => {
    const { originOf, later } = world();
    expect(originOf(release())).to.deep.equal({ kind: 'not-known-yet' });
    later(30_000);
    expect(originOf(release())).to.deep.equal({ kind: 'none' });
  });

  it('is nobody whom it cannot name truly: another inventory, no labels, a GitSync that is suspended', () => {
    const { claims, originOf } = world();
    claims.put('shop/team', new Map());
    expect(originOf(release())).to.deep.equal({ kind: 'none' });
    expect(originOf(release({}))).to.deep.equal({ kind: 'none' });
    const suspended = world({ ...sync, spec: { ...sync.spec, suspend: true } });
    expect(suspended.originOf(release())).to.deep.equal({ kind: 'none' });
  });
});
