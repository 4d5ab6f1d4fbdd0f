import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { trailAnnotations } from '../../../src/api/trail.ts';
import { createOriginOf } from '../../../src/operator/origin.ts';
import { createClaims } from '../../../src/sync/claims.ts';
import { trailDigest } from '../../../src/sync/trail-digest.ts';
import { ownerLabels } from '../../../src/sync/desire/mark.ts';

const trail = {
  ...{ repository: 'https://git.example.com/org/deploy', path: 'team/web.yaml', commit: 'c'.repeat(40) },
  ...{ author: 'Ada <ada@example.com>', subject: 'Add web' },
};
const sync: GitSync = {
  metadata: { name: 'team', namespace: 'shop' },
  spec: { url: 'https://git.example.com/x' },
};
const release = (labels = ownerLabels({ namespace: 'shop', name: 'team' }), generation = 3): HelmRelease => ({
  ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', spec: { chart: {} } },
  metadata: { name: 'web', namespace: 'shop', generation, labels, annotations: trailAnnotations(trail) },
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
        ...{ version: 'v1', commit: 'c', made: true, generation: 3, trail: trailDigest(release()) ?? '' },
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

  it('is not known while somebody has edited it, and no commit when that is not put back', () => {
    const { claims, originOf, later } = world();
    claims.put('shop/team', held);
    const edited = release(undefined, 4);
    expect(originOf(edited)).to.deep.equal({ kind: 'not-known-yet' });
    later(9_000);
    expect(originOf(edited)).to.deep.equal({ kind: 'not-known-yet' });
    expect(originOf(release(undefined, 5)), 'put back or edited again').to.deep.equal({
      kind: 'not-known-yet',
    });
    later(10_000);
    expect(originOf(release(undefined, 5))).to.deep.equal({ kind: 'none' });
    expect(originOf(release())).to.deep.equal({ kind: 'git', trail });
  });

  it('is no commit at once for an edit that a suspended GitSync does not put back', () => {
    const { claims, originOf } = world({ ...sync, spec: { ...sync.spec, suspend: true } });
    claims.put('shop/team', held);
    expect(originOf(release(undefined, 4))).to.deep.equal({ kind: 'none' });
    expect(originOf(release())).to.deep.equal({ kind: 'git', trail });
  });

  it('is not believed of annotations that somebody has changed', () => {
    const { claims, originOf, later } = world();
    claims.put('shop/team', held);
    const forged = release();
    const annotations = trailAnnotations({ ...trail, author: 'The Boss <boss@example.com>' });
    const lying = { ...forged, metadata: { ...forged.metadata, annotations } };
    expect(originOf(lying)).to.deep.equal({ kind: 'not-known-yet' });
    later(10_000);
    expect(originOf(lying)).to.deep.equal({ kind: 'none' });
  });

  it('is waited for longer while another content is on its way', () => {
    const { claims, originOf, later } = world();
    const [entry] = held.values();
    if (entry === undefined) throw new Error('there is one');
    const { generation: _generation, ...coming } = entry;
    claims.put('shop/team', new Map([['key', coming]]));
    expect(originOf(release())).to.deep.equal({ kind: 'not-known-yet' });
    later(29_000);
    expect(originOf(release())).to.deep.equal({ kind: 'not-known-yet' });
    later(1_000);
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
