import { expect } from 'chai';
import { describe, it } from 'mocha';
import { conditionOf } from '../../../../src/api/conditions.ts';
import type {
  ConditionType,
  HelmReleaseStatus,
  HistoryEntry,
  Operation,
} from '../../../../src/api/helm-release.ts';
import { deployed, made, released, rolledBack, started } from '../../../../src/release/record/attempt.ts';
import type { RecordContext } from '../../../../src/release/record/context.ts';
import { countsOf, failed, sourcesMended } from '../../../../src/release/record/failure.ts';
import { freshStart } from '../../../../src/release/record/fresh-start.ts';
import { healthy } from '../../../../src/release/record/health.ts';

const context: RecordContext = {
  observedGeneration: 3,
  releaseName: 'shop-web',
  targetNamespace: 'shop',
  now: new Date('2026-01-01T00:01:00Z'),
};
const operation: Operation & { readonly action: 'upgrade' } = {
  action: 'upgrade',
  cause: 'Changed',
  digest: 'v1.key.new',
  fromRevision: 1,
  toRevision: 2,
  startedAt: '2026-01-01T00:00:00Z',
};
const entry: HistoryEntry = {
  revision: 2,
  chart: 'web',
  version: '1.1.0',
  sourceRevision: 'abcdef',
  digest: 'v1.key.new',
  action: 'upgrade',
  cause: 'Changed',
  result: 'Pending',
  time: '2026-01-01T00:00:00Z',
};
const says = (status: HelmReleaseStatus, type: ConditionType): string | undefined =>
  conditionOf(status.conditions, type)?.status;

describe('the status of a release', () => {
  const begun = started({}, operation, 'abcdef', 'upgrading', context);

  it('says what is begun before it begins', () => {
    expect(begun.phase).to.equal('Upgrading');
    expect(begun.operation).to.deep.equal(operation);
    expect(begun.lastAttemptedRevision).to.equal('abcdef');
    expect(begun.observedGeneration).to.equal(3);
    expect([says(begun, 'Reconciling'), says(begun, 'Ready'), says(begun, 'Deployed')]).to.deep.equal([
      'True',
      'Unknown',
      'Unknown',
    ]);
  });

  it('says while it waits that helm is done', () => {
    const waiting = deployed(made(begun, entry, context), 'waiting', context);

    expect(waiting.phase).to.equal('Deployed');
    expect(waiting.history?.[0]?.result).to.equal('Pending');
    expect(says(waiting, 'Released')).to.equal(undefined);
  });

  it('says of a success what is deployed, and nothing of trouble', () => {
    const good = healthy(released(begun, entry, context), { kind: 'ready' }, context);

    expect(good.phase).to.equal('Succeeded');
    expect(good.operation).to.equal(undefined);
    expect(good.revision).to.equal('abcdef');
    expect(good.deployed).to.include({ revision: 2, chart: 'web-1.1.0' });
    expect(good.history?.[0]).to.include({ result: 'Released', finished: '2026-01-01T00:01:00Z' });
    expect(['Ready', 'Released', 'Deployed'].map((type) => says(good, type as 'Ready'))).to.deep.equal([
      'True',
      'True',
      'True',
    ]);
    expect([says(good, 'Reconciling'), says(good, 'Stalled')]).to.deep.equal([undefined, undefined]);
  });

  const event = {
    step: 'wait',
    reason: 'NotReady',
    cause: 'pod shop/web cannot pull image "nope"',
    digest: 'v1.key.new',
    revision: 2,
    attempts: 1,
  } as const;

  it('remembers a failure by its digest, and stalls when there is no next try', () => {
    const bad = failed(made(begun, entry, context), event, context);

    expect(bad.phase).to.equal('DeployFailed');
    expect(bad.failure).to.include({ digest: 'v1.key.new', revision: 2, attempts: 1 });
    expect(bad.history?.[0]).to.include({ result: 'Failed', message: event.cause });
    expect([says(bad, 'Ready'), says(bad, 'Stalled'), says(bad, 'Released')]).to.deep.equal([
      'False',
      'True',
      'False',
    ]);
    expect(conditionOf(bad.conditions, 'Ready')?.message).to.equal(event.cause);
  });

  it('says when a failure is tried again', () => {
    const bad = failed(begun, { ...event, nextTryMs: 30_000 }, context);

    expect(bad.failure?.nextTry).to.equal('2026-01-01T00:01:30Z');
    expect([says(bad, 'Reconciling'), says(bad, 'Stalled')]).to.deep.equal(['True', undefined]);
  });

  it('counts failures of one input in a row, whichever step found them', () => {
    const bad = failed(begun, event, context);

    expect(countsOf(bad, { step: 'upgrade', digest: 'v1.key.new' })).to.deep.equal({ attempts: 2 });
    expect(countsOf(bad, { step: 'upgrade', digest: 'v1.key.other' })).to.deep.equal({ attempts: 1 });
    expect(countsOf(bad, { step: 'rollback', digest: 'v1.key.new' })).to.deep.equal({ attempts: 1 });
    expect(countsOf(bad, { step: 'upgrade', digest: 'v1.key.new', blameless: true })).to.deep.equal({
      attempts: 1,
      platformFailures: 1,
    });
  });

  it('keeps the failure and counts the rollback when it was rolled back', () => {
    const bad = failed(made(begun, entry, context), event, context);
    const back: HistoryEntry = { ...entry, revision: 3, version: '1.0.0', action: 'rollback' };
    const rolled = rolledBack({ ...bad, history: [back, ...(bad.history ?? [])] }, 3, 'why', false, context);

    expect(rolled.phase).to.equal('RolledBack');
    expect(rolled.rollbackCount).to.equal(1);
    expect(rolled.failure?.digest).to.equal('v1.key.new');
    expect(rolled.deployed).to.include({ revision: 3, chart: 'web-1.0.0' });
    expect(rolled.history?.[0]?.result).to.equal('RolledBack');
    expect([says(rolled, 'Ready'), says(rolled, 'RolledBack'), says(rolled, 'Released')]).to.deep.equal([
      'False',
      'True',
      'False',
    ]);
  });

  it('keeps the memory of a failed input, and the work under way, while a source is away', () => {
    const bad = failed(begun, event, context);
    const away = failed(
      { ...bad, operation },
      {
        step: 'chart',
        reason: 'ChartUnavailable',
        cause: 'the host does not answer',
        attempts: 1,
        nextTryMs: 5_000,
      },
      context,
    );
    const back = sourcesMended(away);

    expect(away.failure?.step).to.equal('chart');
    expect(away.failedInput).to.deep.equal(bad.failure);
    expect(away.operation).to.deep.equal(operation);
    expect(back.failure).to.deep.equal(bad.failure);
    expect([says(back, 'Stalled'), says(back, 'Reconciling')]).to.deep.equal([undefined, undefined]);
  });

  it('forgets revisions when Helm counts from 1 again, but not that the input has failed', () => {
    const bad = failed(made(begun, entry, context), event, context);
    const again = freshStart(bad);

    expect(again.history).to.equal(undefined);
    expect(again.failedInput).to.include({ digest: 'v1.key.new', attempts: 1 });
    expect(again.failedInput).not.to.have.property('revision');
  });

  it('follows the health of the objects after the release', () => {
    const good = healthy(released(begun, entry, context), { kind: 'ready' }, context);
    const ill = healthy(
      good,
      { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods ready' },
      context,
    );

    expect([says(ill, 'Ready'), says(ill, 'Released')]).to.deep.equal(['False', 'True']);
    expect(conditionOf(ill.conditions, 'Ready')?.message).to.include('0 of 1 pods ready');
  });
});
