import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { CONFIRM_PRUNE_ANNOTATION, SYNC_RECONCILE_AT_ANNOTATION } from '../../../../src/api/names.ts';
import { World } from './world.ts';

function configMap(name: string, color = 'red'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {color: ${color}}\n`;
}

function files(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name)]));
}

const INTERVAL = { kind: 'wait', ms: 60_000 };

describe('a pass over a GitSync', () => {
  let world: World;
  const colorOf = (name: string): unknown =>
    (world.cluster.contents() as Record<string, { color?: string }>)[`ConfigMap team/${name}`]?.color;

  beforeEach(() => {
    world = new World();
  });

  it('applies a commit, and says what and who', async () => {
    const revision = world.commit(files('a', 'b'));

    expect(await world.pass()).to.deep.equal(INTERVAL);

    expect(world.cluster.calls).to.deep.equal(['try a', 'try b', 'apply a', 'apply b']);
    expect(world.ready()).to.equal(`True Applied: applied ${revision}`);
    expect(world.status).to.deep.include({
      ...{ observedGeneration: 1, appliedRevision: revision, attemptedRevision: revision },
      counts: { applied: 2, unchanged: 0, pruned: 0, failed: 0, ignored: 0 },
      commit: { author: 'Ada', subject: 'Commit 1', time: '2026-01-01T00:00:00Z' },
    });
    expect(world.status.inventory?.entries.map(({ name, made, uid }) => [name, made, uid])).to.deep.equal([
      ['a', true, 'u1'],
      ['b', true, 'u2'],
    ]);
    expect(world.events.map((event) => event.split(':')[0])).to.deep.equal(['Applied']);
  });

  it('has nothing to do for a commit that is applied, also after a restart', async () => {
    world.commit(files('a'));
    await world.pass();
    const written = world.statuses.length;

    expect(await world.pass()).to.deep.equal(INTERVAL);
    expect(world.cluster.calls).to.deep.equal([]);
    world.restart();
    await world.pass();

    expect(world.cluster.calls).to.deep.equal([]);
    expect(world.statuses).to.have.length(written);
  });

  it('applies of a new commit what it changes', async () => {
    world.commit(files('a', 'b'));
    await world.pass();
    const revision = world.commit({ ...files('a', 'b'), 'b.yaml': configMap('b', 'blue') });

    await world.pass();

    expect(world.cluster.calls).to.deep.equal(['try b', 'apply b']);
    expect(world.status).to.have.property('appliedRevision', revision);
    expect(world.status.counts).to.include({ applied: 1, unchanged: 1 });
  });

  it('applies all of a commit again when somebody asks', async () => {
    world.commit(files('a'));
    await world.pass();
    world.annotate(SYNC_RECONCILE_AT_ANNOTATION, 'now');

    await world.pass();
    expect(world.cluster.calls).to.deep.equal(['try a', 'apply a']);
    expect(world.status).to.have.property('lastHandledReconcileAt', 'now');

    await world.pass();
    expect(world.cluster.calls).to.deep.equal([]);
  });

  it('applies nothing of a commit that cannot be read, and waits for another', async () => {
    const good = world.commit(files('a'));
    await world.pass();
    const bad = world.commit({ ...files('a', 'b'), 'c.yaml': 'a: {' });

    expect(await world.pass()).to.deep.equal({ ...INTERVAL, kind: 'retry' });

    expect(world.cluster.calls).to.deep.equal([]);
    expect(world.ready()).to.match(/^False BuildFailed: c\.yaml/);
    expect(world.status).to.include({ appliedRevision: good, attemptedRevision: bad });
    expect(world.status.counts).to.include({ failed: 1 });
    const written = world.statuses.length;
    await world.pass();
    expect(world.statuses).to.have.length(written);
  });

  it('applies nothing of a stage that is refused, and tries again with pauses', async () => {
    world.cluster.refused.set('b', 'try');
    const revision = world.commit(files('a', 'b'));

    expect(await world.pass()).to.deep.equal({ kind: 'retry', ms: 5_000 });
    expect(world.cluster.objects.size).to.equal(0);
    expect(world.ready()).to.match(/^False DryRunFailed: b\.yaml/);

    expect(await world.pass()).to.deep.equal(INTERVAL);
    expect(world.cluster.calls).to.deep.equal([]);
    for (let tries = 2; tries <= 9; tries += 1) {
      world.later(300_000);
      await world.pass();
      expect(world.statuses).to.have.length(tries);
    }
    expect(world.events).to.have.length(1);

    world.cluster.refused.clear();
    world.later(300_000);
    await world.pass();
    expect(world.ready()).to.equal(`True Applied: applied ${revision}`);
    expect(world.status).not.to.have.property('failure');
  });

  it('tells of what it applied untested, because a webhook does not take part in dry runs', async () => {
    world.cluster.untestable.add('a').add('b').add('c');
    world.commit(files('a', 'b', 'c', 'd'));
    await world.pass();

    const untested = (): readonly string[] => world.events.filter((event) => event.startsWith('Untested'));
    expect(untested()).to.deep.equal([
      'Untested: a webhook does not take part in dry runs: 3 objects, the first of them: ' +
        ['a', 'b']
          .map(
            (name) =>
              `${name}.yaml, document 1, line 1, ConfigMap team/${name}: it was applied without having been tried before: ` +
              'admission webhook "w.example.com" does not support dry run',
          )
          .join('; '),
    ]);
    await world.pass();
    expect(untested()).to.have.length(1);
  });

  it('tells of it too when something else could not be applied then, and not of what was not written', async () => {
    world.cluster.untestable.add('a').add('b');
    world.cluster.refused.set('b', 'apply');
    world.commit(files('a', 'b'));
    await world.pass();

    expect(world.ready()).to.match(/^False ApplyFailed/);
    expect(world.events.join('\n'))
      .to.match(/^Untested: a webhook does not take part in dry runs: a\.yaml, /m)
      .and.not.contain('Untested: a webhook does not take part in dry runs: b.yaml')
      .and.not.contain('objects, the first');
  });

  it('leaves what it could apply of a commit, whatever is put back meanwhile', async () => {
    world.commit({ ...files('a', 'b'), 's.yaml': configMap('s').replace('ConfigMap', 'Secret') });
    await world.pass();
    world.cluster.refused.set('b', 'apply');
    world.commit({
      ...{ 'a.yaml': configMap('a', 'blue'), 'b.yaml': configMap('b', 'blue') },
      's.yaml': configMap('s', 'blue').replace('ConfigMap', 'Secret'),
    });

    await world.pass();
    expect(world.ready()).to.match(/^False ApplyFailed/);
    expect([colorOf('a'), colorOf('b')]).to.deep.equal(['blue', 'red']);
    world.events.length = 0;
    await world.pass();
    world.restart();
    await world.pass();

    expect([colorOf('a'), colorOf('b')]).to.deep.equal(['blue', 'red']);
    expect(world.events).to.deep.equal([]);
  });

  it('does not call a failed revision unknown while it is tried again', async () => {
    world.cluster.refused.set('b', 'apply');
    world.commit(files('a', 'b'));
    await world.pass();
    world.statuses.length = 0;
    world.later(6_000);

    await world.pass();

    const standings = world.statuses.map(
      ({ conditions }) => conditions?.find(({ type }) => type === 'Ready')?.status,
    );
    expect(new Set(standings)).to.deep.equal(new Set(['False']));
  });

  it('deletes what has left Git, and keeps what was there before', async () => {
    world.cluster.changeByHand('old', {});
    world.commit(files('a', 'b', 'c', 'd', 'old'));
    await world.pass();
    world.commit(files('a', 'b', 'c'));

    await world.pass();

    expect(world.cluster.calls).to.deep.equal(['look at d', 'delete d', 'look at old']);
    expect(world.status.counts).to.include({ applied: 0, pruned: 1 });
    expect(world.status.kept?.map(({ object }) => object)).to.deep.equal(['ConfigMap team/old']);
    expect(world.status.inventory?.count).to.equal(3);
  });

  it('deletes nothing without spec.prune', async () => {
    world.edit({ prune: false });
    world.commit(files('a', 'b', 'c'));
    await world.pass();
    world.commit(files('a', 'b'));

    await world.pass();

    expect(world.cluster.calls).to.deep.equal([]);
    expect(world.status.kept).to.have.length(1);
    expect(world.status.inventory?.count).to.equal(2);
  });

  it('holds a large prune until a person confirms it, for this revision', async () => {
    world.commit(files('a', 'b', 'c'));
    await world.pass();
    const revision = world.commit(files('a'));

    await world.pass();
    expect(world.ready()).to.match(/^False PruneHeld: more than half has left Git: 2 of 3/);
    expect(world.status.inventory?.count).to.equal(3);
    world.annotate(CONFIRM_PRUNE_ANNOTATION, 'main@sha1:other');
    await world.pass();
    expect(world.cluster.objects.size).to.equal(3);

    world.annotate(CONFIRM_PRUNE_ANNOTATION, revision);
    await world.pass();

    expect(world.cluster.contents()).to.have.all.keys('ConfigMap team/a');
    expect(world.ready()).to.equal(`True Applied: applied ${revision}`);
    expect(world.status).not.to.have.property('heldPrune');
  });

  it('leaves the cluster as it is while the repository is away, and says since when', async () => {
    const revision = world.commit(files('a'));
    await world.pass();
    world.away = true;

    expect(await world.pass()).to.deep.equal({ kind: 'retry', ms: 5_000 });
    expect(world.ready()).to.contain('False SourceUnavailable: since 2026-01-01T12:00:00Z');
    const written = world.statuses.length;
    world.later(3_600_000);
    expect(await world.pass()).to.deep.equal({ kind: 'retry', ms: 10_000 });
    expect(world.statuses).to.have.length(written);
    expect(world.events.filter((event) => event.startsWith('Source'))).to.have.length(1);

    world.away = false;
    await world.pass();
    expect(world.ready()).to.equal(`True Applied: applied ${revision}`);
    expect(world.status).not.to.have.any.keys('failure', 'sourceFailingSince');
    expect(world.cluster.calls).to.deep.equal([]);
  });

  it('applies a spec that was changed while the repository was away', async () => {
    world.commit({ 'one/a.yaml': configMap('a'), 'two/b.yaml': configMap('b') });
    world.edit({ path: 'one' });
    await world.pass();
    world.away = true;
    world.edit({ path: ['one', 'two'] });
    await world.pass();
    world.away = false;

    await world.pass();

    expect(world.cluster.contents()).to.have.all.keys('ConfigMap team/a', 'ConfigMap team/b');
  });

  it('does nothing while it is suspended', async () => {
    world.edit({ suspend: true });
    world.commit(files('a'));

    expect(await world.pass()).to.deep.equal({ kind: 'done' });
    expect([world.cluster.calls.length, world.statuses.length]).to.deep.equal([0, 0]);
  });

  it('says what is wrong with a spec', async () => {
    world.edit({ path: '../elsewhere' });
    expect(await world.pass()).to.have.property('kind', 'stalled');
    expect(world.ready()).to.match(/^False InvalidSpec: spec\.path/);
  });

  it('loses its objects with it when its policy says so', async () => {
    world.edit({ deletionPolicy: 'delete' });
    world.cluster.changeByHand('old', {});
    world.commit(files('a', 'b', 'old'));
    await world.pass();
    expect(world.sync.metadata.finalizers).to.have.length(1);

    expect(await world.remove()).to.deep.equal({ kind: 'done' });

    expect(world.cluster.contents()).to.have.all.keys('ConfigMap team/old');
    expect(world.sync.metadata.finalizers).to.deep.equal([]);
  });

  it('says the way out when it has to go and its spec is wrong', async () => {
    world.edit({ deletionPolicy: 'delete' });
    world.commit(files('a'));
    await world.pass();
    world.edit({ path: '../elsewhere' });

    expect(await world.remove()).to.have.property('kind', 'stalled');
    expect(world.ready()).to.contain('set spec.deletionPolicy to orphan');
  });
});
