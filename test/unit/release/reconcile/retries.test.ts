import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';

describe('what is tried again', () => {
  it('waits for its time when a retry failed before it made a revision', async () => {
    const world = createWorld();
    world.helm.faults.set('install', 'after');
    await world.pass();
    world.later(10_000);
    world.helm.faults.set('install', 'before');

    const retry = await world.pass();

    expect(retry.runs).to.deep.equal(['helm install']);
    expect(retry.outcome).to.deep.equal({ kind: 'retry', ms: 10_000 });
    expect(world.status().failure?.attempts).to.equal(2);
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('is tried as often as is wanted now, when that is changed after the last try', async () => {
    const world = createWorld({ rollback: { enable: true, retry: true, maxRetries: 1 } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    const tries = async (): Promise<number> => {
      let count = 0;
      for (let passes = 0; passes < 10; passes++) {
        count += (await world.pass()).runs.filter((run) => run === 'helm upgrade').length;
        world.later(300_000);
      }
      return count;
    };
    expect(await tries()).to.equal(2);

    world.subject.edit({ rollback: { enable: true, retry: true, maxRetries: 2 } });

    expect(await tries()).to.equal(3);
  });

  it('waits for its time when taking a release over failed', async () => {
    const world = createWorld();
    world.storage.add('web', 'deployed', 'theirs', {});
    world.difference = 'the values';
    world.helm.faults.set('upgrade', 'before');

    const first = await world.pass();

    expect(first.runs).to.deep.equal(['helm upgrade']);
    expect(first.outcome).to.deep.equal({ kind: 'retry', ms: 5_000 });
    expect((await world.pass()).effects).to.deep.equal([]);
    world.later(5_000);
    world.helm.faults.clear();
    expect((await world.pass()).outcome?.kind).to.equal('done');
  });

  it('waits for its time when what is left of a release cannot be removed', async () => {
    const world = createWorld({ test: { enable: true } });
    world.helm.faults.set('test', 'after').set('uninstall', 'before');

    const first = await world.pass();

    expect(first.runs).to.deep.equal(['helm install', 'helm test', 'helm uninstall']);
    expect((await world.pass()).effects).to.deep.equal([]);
    world.later(5_000);
    expect((await world.pass()).runs).to.deep.equal(['helm uninstall']);
    expect(world.status().failure?.attempts).to.equal(2);
  });

  it('undoes nothing for a test that was never run to its end, and runs it again at its time', async () => {
    const world = createWorld({ test: { enable: true } });
    world.helm.faults.set('test', 'lost');

    const first = await world.pass();

    expect(first.runs).to.deep.equal(['helm install', 'helm test']);
    expect((await world.pass()).effects).to.deep.equal([]);
    expect(world.status().failure?.cause).to.contain('could not be run');
    world.later(5_000);
    world.helm.faults.clear();
    const second = await world.pass();
    expect(second.runs).to.deep.equal(['helm test']);
    expect(second.outcome?.kind).to.equal('done');
    expect(world.status().failure).to.equal(undefined);
  });

  it('removes nothing of a release that somebody else began when its tests fail', async () => {
    const world = createWorld({ test: { enable: true } });
    world.storage.add('web', 'failed', 'theirs', {});
    world.helm.faults.set('test', 'after');

    const { runs } = await world.pass();

    expect(runs).to.deep.equal(['helm upgrade', 'helm test']);
    expect(world.storage.newest('web')?.status).to.equal('deployed');
    expect(world.condition('Stalled')).to.include({ status: 'True' });
    expect(world.status().failure).not.to.have.property('nextTry');
  });

  it('runs a test again that could not be run, and gives nobody the blame', async () => {
    const world = createWorld({ test: { enable: true } });
    world.helm.faults.set('test', 'unreachable');

    expect((await world.pass()).thrown).to.be.an('error');

    expect(world.status().failure).to.equal(undefined);
    expect(world.condition('Ready')?.message).to.include('the API server does not answer');
    world.helm.faults.clear();
    const again = await world.pass();
    expect(again.runs).to.deep.equal(['helm test']);
    expect(world.condition('Ready')?.status).to.equal('True');
  });

  it('runs the tests once when a person asks for it after they failed', async () => {
    const world = createWorld({ test: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('test', 'after');
    await world.pass();
    world.later(3_600_000);
    world.subject.annotate('again');

    const asked = await world.pass();

    expect(asked.runs).to.deep.equal(['helm test']);
    expect(asked.outcome?.kind).to.equal('stalled');
    expect(world.status().lastHandledReconcileAt).to.equal('again');
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('is not a test whose failure is ignored: the release has succeeded, and so says its Event', async () => {
    const world = createWorld({ test: { enable: true, ignoreFailures: true } });
    world.helm.faults.set('test', 'after');

    expect((await world.pass()).runs).to.deep.equal(['helm install', 'helm test']);

    expect(world.events).to.deep.equal(['ReleaseSynced']);
    expect(world.condition('Tested')?.status).to.equal('False');
    expect(world.condition('Released')?.status).to.equal('True');
    world.later(3_600_000);
    expect((await world.pass()).effects).to.deep.equal([]);
  });
});
