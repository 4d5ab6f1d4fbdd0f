import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import {
  CHART_COMMIT_ANNOTATION,
  RECONCILE_AT_ANNOTATION,
  UNINSTALL_LEFT_BEHIND_ANNOTATION,
} from '../../../src/api/names.ts';
import { concernedBy, RELEASE_INDEXES } from '../../../src/release/triggers.ts';

const release: HelmRelease = {
  metadata: { name: 'web', namespace: 'shop', uid: 'a', generation: 1 },
  spec: { chart: { git: 'https://git.example/charts', path: 'web' } },
};
const annotated = (name: string): HelmRelease => ({
  ...release,
  metadata: { ...release.metadata, annotations: { [name]: 'shop/old' } },
});
const wokenBy = (object: HelmRelease): readonly string[] =>
  concernedBy({ kind: 'updated', object, previous: release }, () => []);

describe('what wakes a HelmRelease', () => {
  for (const name of [RECONCILE_AT_ANNOTATION, UNINSTALL_LEFT_BEHIND_ANNOTATION, CHART_COMMIT_ANNOTATION]) {
    it(`is a change of its annotation ${name}`, () => {
      expect(wokenBy(annotated(name))).to.deep.equal(['shop/web']);
    });
  }

  it('is that it is new, an edit of its spec, and its deletion', () => {
    const edited = { ...release, metadata: { ...release.metadata, generation: 2 } };
    const deleted = {
      ...release,
      metadata: { ...release.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    const added = { kind: 'added', object: release, initial: false } as const;

    expect(concernedBy(added, () => [])).to.deep.equal(['shop/web']);
    for (const object of [edited, deleted]) expect(wokenBy(object)).to.deep.equal(['shop/web']);
  });

  it('is no other annotation, and no status', () => {
    expect(wokenBy(annotated('example.com/note'))).to.deep.equal([]);
    expect(wokenBy({ ...release, status: { phase: 'Succeeded' } })).to.deep.equal([]);
  });

  it('is found by the releases that it left behind', () => {
    const leftBehind = [{ releaseName: 'old', namespace: 'there', since: '2026-01-01T00:00:00Z' }];

    expect(RELEASE_INDEXES.leftBehind({ ...release, status: { leftBehind } })).to.deep.equal(['there/old']);
    expect(RELEASE_INDEXES.leftBehind(release)).to.deep.equal([]);
  });
});
