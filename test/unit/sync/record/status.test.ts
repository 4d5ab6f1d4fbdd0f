import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import type { GitSyncStatus } from '../../../../src/api/gitsync/git-sync.ts';
import { UnreachableError } from '../../../../src/kube/errors.ts';
import { failed, sentenceOf } from '../../../../src/sync/record/failure.ts';
import { settled } from '../../../../src/sync/record/settled.ts';
import { sourceAway, sourceBack } from '../../../../src/sync/record/source.ts';

const A = 'main@sha1:aaaa';
const at = (minute: number, observedGeneration = 1) => ({
  ...{ observedGeneration, now: new Date(Date.UTC(2026, 0, 1, 12, minute)) },
});
const counts = { applied: 1, unchanged: 0, pruned: 0, failed: 0 };
const revision = { commit: 'aaaa', shown: A, insecure: false };
const held = { revision: A, count: 2, of: 3, why: 'more than half has left Git', objects: [] };
const applied = settled({}, { revision, counts, kept: [], held: undefined }, at(0));
const holding = settled({}, { revision, counts, kept: [], held }, at(0));

function conditions({ conditions: list = [] }: GitSyncStatus): Record<string, string> {
  return Object.fromEntries(list.map(({ type, status, reason = '' }) => [type, `${status} ${reason}`]));
}

function ready({ conditions: list = [] }: GitSyncStatus): string | undefined {
  return list.find(({ type }) => type === 'Ready')?.message;
}

describe('a failure', () => {
  const event = { step: 'apply', cause: 'no', revision: A, nextTryMs: 5_000 } as const;

  it('says since when, how often, and when it is tried again', () => {
    const first = failed(applied, event, at(1));
    expect(first.failure).to.deep.equal({
      ...{ step: 'apply', cause: 'no', revision: A, attempts: 1 },
      ...{ since: '2026-01-01T12:01:00Z', nextTry: '2026-01-01T12:01:05Z' },
    });
    expect(conditions(first)).to.deep.equal({ Ready: 'False ApplyFailed', Reconciling: 'True ApplyFailed' });

    const again = failed(first, { ...event, cause: 'still no' }, at(2));
    expect(again.failure).to.include({ attempts: 2, since: '2026-01-01T12:01:00Z', cause: 'still no' });
    const other = failed(again, { ...event, revision: 'main@sha1:bbbb' }, at(3));
    expect(other.failure).to.include({ attempts: 1, since: '2026-01-01T12:03:00Z' });
    expect(other).to.include({ appliedRevision: A, attemptedRevision: 'main@sha1:bbbb' });
  });

  it('names the commit that has failed, which need not be the one in the cluster', () => {
    const wrong = { ...event, revision: 'main@sha1:0123456789abcdef' };
    expect(ready(failed(applied, { ...wrong, step: 'dryRun' }, at(1)))).to.equal('no (commit 0123456789ab)');
    const named = "the path 'shop' does not exist in commit 0123456789ab";
    expect(ready(failed(applied, { ...wrong, step: 'build', cause: named }, at(1)))).to.equal(named);
    expect(ready(failed(applied, { ...wrong, step: 'prune' }, at(1)))).to.equal('no');
  });

  it('waits for another input when there is no next try', () => {
    const { nextTryMs: _, ...final } = event;
    const status = failed(applied, final, at(1));
    expect(status.failure).not.to.have.property('nextTry');
    expect(conditions(status)).to.deep.equal({ Ready: 'False ApplyFailed', Stalled: 'True ApplyFailed' });
  });

  it('shows ten faults, and counts all', () => {
    const faults = Array.from({ length: 12 }, (_, n) => ({ file: 'a.yaml', index: n + 1, why: 'wrong' }));
    const status = failed(applied, { ...event, faults }, at(1));
    expect(status.failure?.faults).to.have.length(10);
    expect(status.failure?.faults?.[1]).to.deep.equal({ file: 'a.yaml', document: 2, why: 'wrong' });
    expect(status.counts).to.include({ failed: 12, applied: 0 });
  });

  it('is one sentence with its place', () => {
    const place = {
      file: 'a.yaml',
      index: 2,
      line: 7,
      object: 'Deployment shop/web',
      field: 'spec.replicas',
    };
    const fault = { ...place, why: 'it is no number' };
    expect(sentenceOf([fault])).to.equal(
      'a.yaml, document 2, line 7, Deployment shop/web, spec.replicas: it is no number',
    );
    expect(sentenceOf([{ why: 'it is empty' }, fault])).to.equal(
      'it is empty (and 1 more, see status.failure.faults)',
    );
    expect(sentenceOf([])).not.to.equal('');
  });
});

describe('a revision that is in the cluster', () => {
  it('makes all failures forgotten', () => {
    const status = settled(
      failed(applied, { step: 'build', cause: 'no', revision: A }, at(1)),
      { revision, counts, kept: [], held: undefined },
      at(2),
    );
    expect(status).not.to.have.property('failure');
    expect(conditions(status)).to.deep.equal({ Ready: 'True Applied' });
    expect(ready(status)).to.equal(`applied ${A}`);
  });

  it('is not ready while a prune is held, and shows ten of those that stay', () => {
    const kept = Array.from({ length: 12 }, (_, n) => ({ object: `ConfigMap shop/${String(n)}`, why: 'so' }));
    const status = settled({}, { revision, counts, kept, held }, at(0));
    expect(conditions(status)).to.deep.equal({ Ready: 'False PruneHeld', Stalled: 'True PruneHeld' });
    expect(status.kept).to.have.length(10);
    expect(status.keptCount).to.equal(12);

    const free = settled(status, { revision, counts, kept: [], held: undefined }, at(1));
    expect(free).not.to.have.any.keys('kept', 'keptCount', 'heldPrune');
  });
});

describe('a repository that is away', () => {
  const away = sourceAway(new UnreachableError('no route to example.com'));

  it('is told with what the cluster holds, and anew only when the cause is another', () => {
    const first = away(applied, at(1));
    expect(first.sourceFailingSince).to.equal('2026-01-01T12:01:00Z');
    expect(ready(first)).to.equal(
      `since 2026-01-01T12:01:00Z: no route to example.com; the cluster is left at ${A}`,
    );
    expect(conditions(first)).to.deep.equal({
      ...{ Ready: 'False SourceUnavailable', Reconciling: 'True SourceUnavailable' },
    });
    expect(away(first, at(9))).to.equal(first);

    const other = sourceAway(new ChartUnavailableError('no such branch'))(first, at(9));
    expect(other.sourceFailingSince).to.equal('2026-01-01T12:01:00Z');
    expect(ready(other)).to.contain('no such branch');
    expect(ready(away({}, at(1)))).to.contain('nothing is applied yet');
  });

  it('leaves no trace when it is back', () => {
    const back = sourceBack(away(applied, at(1)), at(2));
    expect(back).not.to.have.any.keys('failure', 'sourceFailingSince');
    expect(conditions(back)).to.deep.equal({ Ready: 'True Applied' });
    expect(sourceBack(applied, at(2))).to.equal(applied);
  });

  it('gives way to the prune that is still held', () => {
    const back = sourceBack(away(holding, at(1)), at(2));
    expect(conditions(back)).to.deep.equal({ Ready: 'False PruneHeld', Stalled: 'True PruneHeld' });
    expect(ready(back)).to.equal(held.why);
  });

  it('does not make a new generation pass for tried', () => {
    expect(away(applied, at(1))).to.have.property('attemptedRevision', A);
    expect(away(applied, at(1, 2))).not.to.have.property('attemptedRevision');
  });
});
