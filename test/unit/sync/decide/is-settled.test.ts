import { expect } from 'chai';
import { describe, it } from 'mocha';
import { CONFIRM_PRUNE_ANNOTATION } from '../../../../src/api/names.ts';
import type { GitSync, GitSyncStatus } from '../../../../src/api/gitsync/git-sync.ts';
import { isConfirmed, isSettled } from '../../../../src/sync/decide/is-settled.ts';

const A = 'main@sha1:aaaa';
const B = 'main@sha1:bbbb';
const NOW = new Date('2026-01-01T12:00:00Z');

const applied: GitSyncStatus = { observedGeneration: 2, appliedRevision: A, attemptedRevision: A };
const failure = (revision: string, nextTry?: string): GitSyncStatus['failure'] => ({
  ...{ step: 'apply', cause: 'no', revision, attempts: 1, since: '2026-01-01T11:00:00Z' },
  ...(nextTry === undefined ? {} : { nextTry }),
});
const fetchFailed = { step: 'fetch', cause: 'away', attempts: 1, since: '2026-01-01T11:00:00Z' } as const;
const held = { revision: A, count: 2, of: 3, why: 'more than half', objects: [] };

function sync(status?: GitSyncStatus, annotations = {}): GitSync {
  return {
    metadata: { name: 'apps', namespace: 'team', generation: 2, annotations },
    spec: { url: 'https://example.com/a.git' },
    ...(status === undefined ? {} : { status }),
  };
}

const cases: readonly (readonly [string, GitSyncStatus | undefined, string, boolean, object?])[] = [
  ['nothing was ever done', undefined, A, false],
  ['it is applied', applied, A, true],
  ['there is another revision', applied, B, false],
  ['the spec has changed', { ...applied, observedGeneration: 1 }, A, false],
  ['it was begun', { ...applied, attemptedRevision: B }, B, false],
  ['it failed for good', { ...applied, attemptedRevision: B, failure: failure(B) }, B, true],
  [
    'its next try is not due',
    { ...applied, attemptedRevision: B, failure: failure(B, '2026-01-01T12:00:01Z') },
    B,
    true,
  ],
  [
    'its next try is due',
    { ...applied, attemptedRevision: B, failure: failure(B, '2026-01-01T12:00:00Z') },
    B,
    false,
  ],
  [
    'it was begun after another had failed',
    { ...applied, attemptedRevision: B, failure: failure(A) },
    B,
    false,
  ],
  ['the repository was away, and means it again', { ...applied, failure: fetchFailed }, A, true],
  [
    'the repository was away after it had failed',
    { ...applied, attemptedRevision: B, failure: fetchFailed },
    B,
    false,
  ],
  ['a prune of it is held', { ...applied, heldPrune: held }, A, true],
  [
    'a prune of it is confirmed',
    { ...applied, heldPrune: held },
    A,
    false,
    { [CONFIRM_PRUNE_ANNOTATION]: A },
  ],
];

describe('a revision', () => {
  for (const [what, status, revision, settled, annotations] of cases) {
    it(`is ${settled ? 'settled' : 'work to do'} when ${what}`, () => {
      expect(isSettled(sync(status, annotations), revision, NOW)).to.equal(settled);
    });
  }
});

describe('a confirmation', () => {
  const isConfirmedBy = (value?: string): boolean =>
    isConfirmed(value === undefined ? {} : { [CONFIRM_PRUNE_ANNOTATION]: value }, A);

  it('names the revision or its commit, and is good for that one only', () => {
    expect([A, ' aaaa ', B, 'aaa', 'true', '', undefined].map(isConfirmedBy)).to.deep.equal([
      ...[true, true, false, false, false, false, false],
    ]);
    expect(isConfirmed(undefined, A)).to.equal(false);
  });
});
