import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { createStatusDraft, type StatusDraft } from '../../../src/kube/status-draft.ts';
import { UNWATCHED } from '../../../src/kube/vigil.ts';

interface Thing extends KubeObject {
  readonly status?: { readonly color?: string; readonly at?: number };
}

const { signal } = new AbortController();
const BLUE: Thing = { metadata: { name: 'a', resourceVersion: '1' }, status: { color: 'blue' } };

describe('the status of an object while a pass works on it', () => {
  let written: Thing[];
  let now: number;
  let draft: StatusDraft<Thing, number>;
  const writes = (): readonly (readonly [string | undefined, Thing['status']])[] =>
    written.map(({ metadata, status }) => [metadata.resourceVersion, status]);

  beforeEach(() => {
    written = [];
    now = 1;
    draft = createStatusDraft<Thing, number>(BLUE, {
      writeStatus: (object, status) => {
        written.push({ ...object, status });
        const resourceVersion = `${object.metadata.resourceVersion ?? ''}1`;
        return Promise.resolve({ ...object, metadata: { ...object.metadata, resourceVersion }, status });
      },
      context: () => now,
      signal,
      lifeline: UNWATCHED,
    });
  });

  it('is written once for all that was noted, each with the context of its moment', async () => {
    draft.note((status, at) => ({ ...status, at }));
    now = 2;
    draft.note((status) => ({ ...status, color: 'red' }));
    expect(written).to.deep.equal([]);

    await draft.save();

    expect(writes()).to.deep.equal([['1', { color: 'red', at: 1 }]]);
    expect(draft.object()).to.have.nested.property('metadata.resourceVersion', '11');
    expect(draft.status()).to.deep.equal({ color: 'red', at: 1 });
  });

  it('is not written when nothing of it is news', async () => {
    draft.note((status) => ({ ...status, color: 'red' }));
    await draft.save((status) => ({ ...status, color: 'blue' }));

    expect(written).to.deep.equal([]);
  });

  it('stays as it is here when the object was written otherwise, and goes on that', async () => {
    draft.note((status) => ({ ...status, color: 'red' }));
    draft.take({ ...BLUE, metadata: { name: 'a', resourceVersion: '5' } });
    expect(draft.status()).to.deep.equal({ color: 'red' });

    await draft.save();

    expect(writes()).to.deep.equal([['5', { color: 'red' }]]);
  });
});
