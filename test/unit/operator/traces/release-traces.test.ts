import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Outcome } from '../../../../src/kube/outcome.ts';
import { createReleaseTraces } from '../../../../src/operator/traces/release-traces.ts';
import type { ReleaseTraces } from '../../../../src/operator/traces/release-traces.ts';
import { NO_TRACER } from '../../../../src/telemetry/tracing/tracer.ts';
import type { Span } from '../../../../src/telemetry/tracing/tracer.ts';
import { createWorld } from '../../release/reconcile/world/world.ts';
import type { World } from '../../release/reconcile/world/world.ts';
import { createRecorder, type Recorder } from '../../telemetry/tracing/recorder.ts';

const KEY = 'shop/web';
const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;
const PROGRESSING = { kind: 'progressing', why: 'Deployment shop/web has 0 of 1 pods' } as const;

interface Stage extends Recorder {
  readonly world: World;
  readonly traces: ReleaseTraces;
  readonly pass: () => Promise<Outcome>;
}

function stage(
  spec: Parameters<typeof createWorld>[0] = {},
  {
    carrier,
    carried = () => undefined,
  }: { carrier?: (isNews: boolean) => Span | undefined; carried?: () => void } = {},
): Stage {
  const recorder = createRecorder();
  const { tracer } = recorder;
  const world = createWorld(spec, { tracer });
  const traces = createReleaseTraces({
    tracer,
    clock: { now: () => new Date(world.nowMs()) },
    find: () => world.subject.get(),
    syncs: { carrierOf: (_release, isNews) => carrier?.(isNews), carried },
  });
  const pass = (): Promise<Outcome> =>
    traces.pass(world.subject.get(), async () => {
      const { outcome, thrown } = await world.pass();
      if (outcome === undefined) throw thrown as Error;
      return outcome;
    });
  return { ...recorder, world, traces, pass };
}

describe('the trace of a change of a release', () => {
  it('begins with the edit and ends when the release is ready', async () => {
    const { world, traces, pass, tree, one } = stage();
    traces.noticed(KEY, 'edit');
    const at = world.nowMs();
    world.later(30);
    await pass();

    expect(tree()).to.deep.equal(['release', '  pass', '    install', '    await']);
    expect(one('release').beganAt).to.equal(at);
    expect(one('release').attributes).to.include({
      ...{ namespace: 'shop', helmrelease: 'web', release: 'web', cause: 'edit', generation: 1 },
      ...{ outcome: 'ready', action: 'install', revision: 1 },
    });
    expect(one('install').attributes).to.include({ release: 'web', action: 'install', revision: 1 });
  });

  it('is none where nothing is to be done, however often that is looked at', async () => {
    const { world, traces, pass, spans } = stage();
    await pass();
    const before = spans.length;
    for (let looks = 0; looks < 3; looks++) {
      traces.noticed(KEY, 'chart');
      world.later(1_000);
      await pass();
    }
    expect(spans).to.have.lengthOf(before);
  });

  it('begins with the news of its chart, if that is one', async () => {
    const { world, traces, pass, tree, spans } = stage();
    await pass();
    traces.noticed(KEY, 'chart');
    const at = world.nowMs();
    world.later(500);
    world.chart = 'b';
    await pass();

    expect(tree().slice(-4)).to.deep.equal(['release', '  pass', '    upgrade', '    await']);
    const [, second] = spans.filter(({ name }) => name === 'release');
    expect(second?.attributes).to.include({ cause: 'chart', outcome: 'ready', revision: 2 });
    expect(second?.beganAt).to.equal(at);
  });

  it('lasts over all passes that it takes, of which those that only look are not told', async () => {
    const { world, pass, tree, one } = stage({ wait: true });
    world.health.set('a', PROGRESSING);
    for (let looks = 0; looks < 5; looks++) {
      expect(await pass()).to.include({ kind: 'wait' });
      world.later(1_000);
    }
    expect(tree()).to.deep.equal(['release…', '  pass', '    install', '    await', '  wait…']);
    expect(one('wait').attributes['why']).to.include('to become ready');
    world.health.delete('a');
    await pass();

    expect(tree()).to.deep.equal([
      ...['release', '  pass', '    install', '    await', '  wait', '  pass', '    await'],
    ]);
    expect(one('release').attributes).to.include({ outcome: 'ready', revision: 1 });
  });

  it('tells of a rollback with the sentence of status', async () => {
    const { world, pass, tree, spans } = stage({ wait: true, rollback: { enable: true } });
    await pass();
    world.health.set('b', BROKEN);
    world.chart = 'b';
    await pass();

    const lines = tree().slice(tree().lastIndexOf('release!'));
    expect(lines.slice(0, 5)).to.deep.equal([
      'release!',
      '  pass',
      '    upgrade',
      '    await!',
      '    condemn',
    ]);
    expect(lines).to.include('    rollback');
    const change = spans.filter(({ name }) => name === 'release').at(-1);
    expect(change?.attributes).to.include({ outcome: 'rolled back', action: 'rollback', revision: 3 });
    expect(change?.failed).to.equal(world.condition('Ready')?.message);
    expect(change?.failed).to.include('Deployment shop/web is broken');
    const failing = spans.find(({ name, failed }) => name === 'await' && failed !== undefined);
    expect(failing?.failed).to.equal(world.status().failure?.cause);
  });

  it('ends with a failure, and the next try is another one', async () => {
    const { world, pass, spans } = stage();
    world.helm.faults.set('install', 'after');
    const outcome = await pass();
    expect(outcome.kind).to.equal('retry');
    world.later(120_000);
    world.helm.faults.clear();
    await pass();

    const [first, second, ...others] = spans.filter(({ name }) => name === 'release');
    expect(others).to.be.empty;
    expect(first?.attributes).to.include({ outcome: 'failed' });
    expect(first?.failed).to.include('a field is immutable');
    expect(second?.attributes).to.include({ outcome: 'ready' });
    expect(second?.failed).to.equal(undefined);
  });

  it('ends when a newer edit overtakes it', async () => {
    const { world, pass, spans } = stage({ wait: true });
    world.health.set('a', PROGRESSING);
    await pass();
    world.subject.edit({ timeout: 90 });
    world.chart = 'b';
    await pass();

    const [first, second] = spans.filter(({ name }) => name === 'release');
    expect(first?.attributes).to.include({ outcome: 'overtaken', generation: 1 });
    expect(second?.attributes).to.include({ outcome: 'ready', generation: 2 });
  });

  it('goes on after a pass that was given up', async () => {
    const { world, traces, pass, tree } = stage();
    const lost = new Error('the API server is away');
    const caught = await traces
      .pass(world.subject.get(), () => Promise.reject(lost))
      .catch((error: unknown) => error);
    expect(caught).to.equal(lost);
    await pass();
    expect(tree()).to.deep.equal(['release', '  pass!', '  pass', '    install', '    await']);
  });

  it('is begun anew by an operator that finds it under way, and ended by one that goes', async () => {
    const before = stage({ wait: true });
    before.world.health.set('a', PROGRESSING);
    await before.pass();
    before.traces.close();
    expect(before.one('release').attributes).to.include({ outcome: 'interrupted' });
    expect(before.tree().join()).not.to.include('…');

    const { world, pass, one } = stage({ wait: true });
    world.subject.setStatus(before.world.status());
    world.storage.add('web', 'deployed', 'a', {});
    await pass();
    expect(one('release').attributes).to.include({ cause: 'restart' });
  });

  it('is a part of the commit that brought it, and says when it is over', async () => {
    const recorder = { commit: undefined as Span | undefined, news: [] as boolean[], over: 0 };
    const { pass, tracer, tree } = stage(
      {},
      {
        carrier: (isNews) => {
          recorder.news.push(isNews);
          return recorder.commit;
        },
        carried: () => (recorder.over += 1),
      },
    );
    recorder.commit = tracer.begin('commit');
    recorder.commit.keep();
    await pass();
    expect(tree()).to.deep.equal(['commit…', '  release', '    pass', '      install', '      await']);
    expect(recorder).to.deep.include({ news: [true], over: 1 });
  });

  it('of a HelmRelease that is deleted ends with it', async () => {
    const { world, traces, pass, tracer, spans } = stage();
    await pass();
    world.subject.delete();
    await traces.pass(world.subject.get(), () =>
      tracer.span('helm uninstall', {}, (span) => {
        span.keep();
        return Promise.resolve({ kind: 'done' });
      }),
    );
    expect(spans.filter(({ name }) => name === 'release').at(-1)?.attributes).to.include({
      outcome: 'removed',
    });
  });

  it('is nothing where nothing is traced', async () => {
    const traces = createReleaseTraces({
      tracer: NO_TRACER,
      clock: { now: () => expect.fail('asked for the time') },
      find: () => expect.fail('asked for the HelmRelease'),
      syncs: { carrierOf: () => expect.fail('asked for a commit'), carried: () => expect.fail('told') },
    });
    const { world } = stage();
    traces.noticed(KEY, 'edit');
    expect(await traces.pass(world.subject.get(), () => Promise.resolve({ kind: 'done' }))).to.deep.equal({
      kind: 'done',
    });
    traces.forget(KEY);
    traces.close();
  });
});
