import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { RevisionRecord } from '../../../../src/helm/storage/revision.ts';
import { createRevisions } from '../../../../src/release/observe/revisions.ts';

const target = { namespace: 'shop', releaseName: 'web' };
const { signal } = new AbortController();
const record = (revision: number, resourceVersion: string): RevisionRecord => ({
  namespace: 'shop',
  name: 'web',
  revision,
  status: 'deployed',
  marks: {},
  resourceVersion,
  uid: `uid-${String(revision)}`,
  secretName: `sh.helm.release.v1.web.v${String(revision)}`,
});

describe('what a watch knows of the revisions of a release', () => {
  let stored: readonly RevisionRecord[];
  let watched: readonly RevisionRecord[] | undefined;
  const revisions = createRevisions({ list: () => Promise.resolve(stored) }, () => watched);

  it('is all there is until the server was asked', () => {
    watched = [record(1, '10')];

    expect(revisions.watched(target)).to.equal(watched);
  });

  it('is not taken while it is behind what the server has told', async () => {
    stored = [record(1, '20'), record(2, '30')];
    await revisions.fresh(target, signal);

    for (const behind of [[], [record(1, '20')], [record(1, '20'), record(2, '29')]]) {
      watched = behind;
      expect(revisions.watched(target)).to.equal(undefined);
    }
  });

  it('is taken when it has caught up, or knows more', () => {
    for (const enough of [[record(2, '30')], [record(2, '31')], [record(3, '40')]]) {
      watched = enough;
      expect(revisions.watched(target)).to.equal(enough);
    }
  });

  it('is taken again when the server knows of none, and when the release is forgotten', async () => {
    watched = [];
    stored = [];
    await revisions.fresh(target, signal);
    expect(revisions.watched(target)).to.equal(watched);

    stored = [record(4, '50')];
    await revisions.fresh(target, signal);
    expect(revisions.watched(target)).to.equal(undefined);
    revisions.forget(target);
    expect(revisions.watched(target)).to.equal(watched);
  });

  it('is nothing where nothing is watched', () => {
    watched = undefined;

    expect(revisions.watched(target)).to.equal(undefined);
  });
});
