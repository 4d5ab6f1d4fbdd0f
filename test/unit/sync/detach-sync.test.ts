import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { SYNC_FINALIZER } from '../../../src/api/names.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { detachSync } from '../../../src/sync/detach-sync.ts';

const signal = new AbortController().signal;
const THEIRS = 'example.com/theirs';

function syncWith(finalizers: readonly string[], more: object = {}): GitSync {
  return {
    metadata: { name: 'apps', namespace: 'shop', uid: 'u', resourceVersion: '1', finalizers, ...more },
    spec: { url: 'https://git.example/deploy' },
  };
}

/** One GitSync as the API server has it; a write to an older version is refused. */
function serverWith(stored: GitSync) {
  const patches: unknown[] = [];
  return {
    patches,
    get: () => Promise.resolve(stored),
    mergePatch: (_ref: object, patch: unknown) => {
      const { metadata } = patch as { metadata: { resourceVersion: string } };
      if (metadata.resourceVersion !== stored.metadata.resourceVersion) {
        return Promise.reject(new ApiError('changed', { status: 409, statusReason: 'Conflict' }));
      }
      patches.push(patch);
      return Promise.resolve(stored);
    },
  };
}

describe('detaching a GitSync', () => {
  it('takes our finalizer off, and nobody else’s', async () => {
    const sync = syncWith([THEIRS, SYNC_FINALIZER]);
    const server = serverWith(sync);

    expect(await detachSync(sync, server, signal)).to.match(/^took off finalizer/);

    expect(server.patches).to.deep.equal([{ metadata: { resourceVersion: '1', finalizers: [THEIRS] } }]);
  });

  it('does nothing where it has none', async () => {
    const sync = syncWith([THEIRS]);
    const server = serverWith(sync);

    expect(await detachSync(sync, server, signal)).to.equal(undefined);
    expect(server.patches).to.deep.equal([]);
  });

  it('says that the objects of one that is being deleted stay', async () => {
    const sync = syncWith([SYNC_FINALIZER], { deletionTimestamp: '2026-01-01T00:00:00Z' });

    expect(await detachSync(sync, serverWith(sync), signal)).to.contain(
      'it is being deleted and goes now: its objects stay',
    );
  });

  it('is done again on what somebody else has written, and never to another one of its name', async () => {
    const listed = syncWith([SYNC_FINALIZER]);
    const newer = serverWith(syncWith([THEIRS, SYNC_FINALIZER], { resourceVersion: '2' }));
    const other = serverWith(syncWith([SYNC_FINALIZER], { resourceVersion: '2', uid: 'another' }));

    expect(await detachSync(listed, newer, signal)).to.match(/^took off finalizer/);
    expect(await detachSync(listed, other, signal)).to.equal(undefined);

    expect(newer.patches).to.deep.equal([{ metadata: { resourceVersion: '2', finalizers: [THEIRS] } }]);
    expect(other.patches).to.deep.equal([]);
  });
});
