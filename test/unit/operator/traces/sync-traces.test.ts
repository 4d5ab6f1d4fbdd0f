import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../../src/api/gitsync/git-sync.ts';
import type { HelmRelease } from '../../../../src/api/helm-release.ts';
import { SYNC_NAME_LABEL, SYNC_NAMESPACE_LABEL } from '../../../../src/api/names.ts';
import type { Outcome } from '../../../../src/kube/outcome.ts';
import { createSyncTraces } from '../../../../src/operator/traces/sync-traces.ts';
import type { Origin } from '../../../../src/release/desire/origin.ts';
import { NO_TRACER } from '../../../../src/telemetry/tracing/tracer.ts';
import { createRecorder } from '../../telemetry/tracing/recorder.ts';

const KEY = 'team/apps';
const SYNC: GitSync = {
  metadata: { namespace: 'team', name: 'apps' },
  spec: { url: 'https://git.example/deploy' },
};
const RELEASE: HelmRelease = {
  metadata: {
    ...{ namespace: 'team', name: 'web' },
    labels: { [SYNC_NAMESPACE_LABEL]: 'team', [SYNC_NAME_LABEL]: 'apps' },
  },
  spec: { chart: { git: 'https://git.example/charts', path: 'web' } },
};
const OWN_CHART: HelmRelease = { ...RELEASE, spec: { chart: { path: 'charts/web' } } };
const APPLIED: Outcome = { kind: 'wait', ms: 60_000 };

function stage() {
  const recorder = createRecorder();
  const { tracer } = recorder;
  let sync = SYNC;
  let origin: Origin = { kind: 'none' };
  let nowMs = 1_000;
  const traces = createSyncTraces({
    tracer,
    clock: { now: () => new Date(nowMs) },
    find: () => sync,
    originOf: () => origin,
  });
  const stand = (status: GitSync['status']): void => {
    sync = { ...SYNC, ...(status === undefined ? {} : { status }) };
  };
  return {
    ...recorder,
    traces,
    later: (ms: number) => {
      nowMs += ms;
    },
    proved: () => {
      origin = { kind: 'git', trail: { repository: '', path: '', commit: '', author: '', subject: '' } };
    },
    /** A pass that finds something to bring in. */
    bring: (commit: string, outcome: Outcome = APPLIED, meanwhile: () => void = () => undefined) =>
      traces.pass(sync, async () => {
        const change = tracer.current();
        change.share({ commit });
        change.keep();
        await tracer.span('apply', {}, () => Promise.resolve());
        meanwhile();
        const isReady = outcome.kind === 'wait';
        stand({ conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', reason: 'Applied' }] });
        return outcome;
      }),
    idle: () => traces.pass(sync, () => Promise.resolve(APPLIED)),
    stand,
  };
}

describe('the trace of a commit', () => {
  it('begins when somebody tells of it, and ends when it is applied', async () => {
    const { traces, later, bring, tree, one } = stage();
    traces.noticed(KEY);
    later(50);
    traces.noticed(KEY);
    later(50);
    await bring('abc');

    expect(tree()).to.deep.equal(['commit', '  apply']);
    expect(one('commit').beganAt).to.equal(1_000);
    expect(one('commit').attributes).to.deep.equal({
      ...{ cause: 'told', namespace: 'team', gitsync: 'apps', commit: 'abc', outcome: 'applied' },
    });
    expect(one('apply').attributes).to.deep.equal({ namespace: 'team', gitsync: 'apps', commit: 'abc' });
  });

  it('is none where there is no commit', async () => {
    const { traces, idle, spans } = stage();
    traces.noticed(KEY);
    await idle();
    await idle();
    expect(spans).to.be.empty;
  });

  it('is one over several passes while something is waited for', async () => {
    const { bring, stand, traces, tracer, tree } = stage();
    await traces.pass(SYNC, () => {
      tracer.current().keep();
      stand({ conditions: [{ type: 'Ready', status: 'Unknown', reason: 'Progressing' }] });
      return Promise.resolve({ kind: 'wait', ms: 500 });
    });
    expect(tree()).to.deep.equal(['commit…']);
    await bring('abc');
    expect(tree()).to.deep.equal(['commit', '  apply']);
  });

  it('tells why a commit is not applied, in the words of status', async () => {
    const { traces, tracer, stand, one } = stage();
    await traces.pass(SYNC, () => {
      tracer.current().keep();
      stand({
        conditions: [{ type: 'Ready', status: 'False', reason: 'DryRunFailed' }],
        failure: {
          step: 'dryRun',
          cause: 'web.yaml: it is refused',
          attempts: 1,
          since: '2026-01-01T00:00:00Z',
        },
      });
      return Promise.resolve({ kind: 'retry', ms: 5_000 });
    });
    expect(one('commit')).to.deep.include({ failed: 'web.yaml: it is refused', ends: 1 });
    expect(one('commit').attributes).to.include({ outcome: 'failed' });
  });

  it('carries a release that changes while it is applied, and afterwards one that is proved to be as applied', async () => {
    const { bring, traces, proved } = stage();
    let meanwhile: unknown;
    await bring('abc', APPLIED, () => {
      meanwhile = traces.carrierOf(RELEASE, true);
    });
    expect(meanwhile).not.to.equal(undefined);
    expect(traces.carrierOf(RELEASE, true), 'edited by hand').to.equal(undefined);
    proved();
    expect(traces.carrierOf(RELEASE, true)).to.equal(meanwhile);
    expect(traces.carrierOf(RELEASE, false), 'without an edit').to.equal(undefined);
    const { labels: _labels, ...metadata } = RELEASE.metadata;
    expect(traces.carrierOf({ ...RELEASE, metadata }, true), 'of nobody').to.equal(undefined);
  });

  it('carries a release whose chart is in the commit, without an edit of it, and each but once', async () => {
    const { bring, traces, proved } = stage();
    proved();
    await bring('abc');
    expect(traces.carrierOf(OWN_CHART, false)).not.to.equal(undefined);
    traces.carried(OWN_CHART);
    expect(traces.carrierOf(OWN_CHART, false)).to.equal(undefined);
    await bring('def');
    expect(traces.carrierOf(OWN_CHART, false)).not.to.equal(undefined);
  });

  it('goes on to carry its releases while the GitSync only looks', async () => {
    const { bring, idle, traces, proved } = stage();
    proved();
    await bring('abc');
    const carrier = traces.carrierOf(RELEASE, true);
    await idle();
    expect(traces.carrierOf(RELEASE, true)).to.equal(carrier);
    traces.forget(KEY);
    expect(traces.carrierOf(RELEASE, true)).to.equal(undefined);
  });

  it('goes on after a pass that was given up, and ends with the operator', async () => {
    const { traces, tracer, tree, one } = stage();
    const lost = new Error('the API server is away');
    const pass = traces.pass(SYNC, () => {
      tracer.current().keep();
      return Promise.reject(lost);
    });
    expect(await pass.catch((error: unknown) => error)).to.equal(lost);
    expect(tree()).to.deep.equal(['commit…']);
    traces.close();
    expect(one('commit').attributes).to.include({ outcome: 'interrupted' });
  });

  it('is nothing where nothing is traced', async () => {
    const traces = createSyncTraces({
      tracer: NO_TRACER,
      clock: { now: () => expect.fail('asked for the time') },
      find: () => expect.fail('asked for the GitSync'),
      originOf: () => expect.fail('asked for the origin'),
    });
    traces.noticed(KEY);
    expect(await traces.pass(SYNC, () => Promise.resolve(APPLIED))).to.equal(APPLIED);
    expect(traces.carrierOf(RELEASE, true)).to.equal(undefined);
    traces.close();
  });
});
