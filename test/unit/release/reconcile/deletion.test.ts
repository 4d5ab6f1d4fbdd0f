import { expect } from 'chai';
import { describe, it } from 'mocha';
import { targetOf } from '../../../../src/api/release-name.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { createSurroundings } from '../../../../src/release/observe/surroundings.ts';
import { createWorld } from './world/world.ts';

const signal = new AbortController().signal;

describe('defect 3: the deletion of a HelmRelease', () => {
  it('uninstalls the release that it managed', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.delete();

    expect(await world.remove()).to.deep.include({ runs: ['helm uninstall'], outcome: { kind: 'done' } });

    expect(world.storage.all('web')).to.deep.equal([]);
    expect(world.subject.get().metadata.finalizers).to.deep.equal([]);
  });

  it('waits for its time after an uninstall that failed, whatever wakes it', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.delete();
    world.helm.faults.set('uninstall', 'before');

    expect((await world.remove()).runs).to.deep.equal(['helm uninstall']);
    const woken = await world.remove();
    expect(woken.runs).to.deep.equal([]);
    expect(woken.outcome).to.deep.equal({ kind: 'retry', ms: 5_000 });
    world.later(5_000);
    world.helm.faults.clear();

    expect(await world.remove()).to.deep.include({ runs: ['helm uninstall'], outcome: { kind: 'done' } });
  });

  it('goes on at once with its own uninstall, wherever it is killed', async () => {
    let wasHalfDone = false;
    for (let effects = 0; effects < 6; effects++) {
      const world = createWorld();
      await world.pass();
      world.subject.delete();
      await world.remove(effects);
      wasHalfDone ||= world.storage.newest('web')?.status === 'uninstalling';

      expect((await world.remove()).outcome, `killed after ${effects}`).to.deep.equal({ kind: 'done' });
      expect(world.storage.all('web')).to.deep.equal([]);
    }
    expect(wasHalfDone).to.equal(true);
  });

  it('waits while somebody else uninstalls the release, says so, and not for ever', async () => {
    const world = createWorld();
    await world.pass();
    world.helm.foreign.beginUninstall('web');
    world.later(100_000);
    world.subject.delete();

    const held = await world.remove();

    expect(held.runs).to.deep.equal([]);
    expect(held.outcome).to.deep.equal({ kind: 'wait', ms: 800_000 });
    expect(world.condition('Ready')?.message).to.equal(
      'revision 1 is uninstalling: another helm holds the release',
    );
    expect((await world.remove()).effects).to.deep.equal([]);
    world.later(800_000);
    expect(await world.remove()).to.deep.include({ runs: ['helm uninstall'], outcome: { kind: 'done' } });
  });

  it('lets the HelmRelease go when somebody else has uninstalled its release', async () => {
    const world = createWorld();
    await world.pass();
    world.helm.foreign.beginUninstall('web');
    world.subject.delete();
    await world.remove();
    world.storage.remove('web');

    expect(await world.remove()).to.deep.include({ runs: [], outcome: { kind: 'done' } });
  });

  it('leaves a release alone that it never managed', async () => {
    const world = createWorld();
    world.storage.add('web', 'deployed', 'theirs', {});
    world.chart = undefined;
    await world.pass();
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal([]);

    expect(world.storage.newest('web')?.status).to.equal('deployed');
    expect(world.subject.get().metadata.finalizers).to.deep.equal([]);
  });

  it('looks again once it may run helm, and leaves what was suspended meanwhile', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.delete();
    world.whileWaiting = () => {
      world.subject.edit({ suspend: true });
    };

    expect((await world.remove()).runs).to.deep.equal([]);

    expect(world.storage.newest('web')?.status).to.equal('deployed');
  });

  it("leaves the operator's own release in place, and says so, half uninstalled or not", async () => {
    for (const half of [false, true]) {
      const world = createWorld();
      await world.pass();
      world.ownRelease = targetOf(world.subject.get());
      if (half) world.helm.foreign.beginUninstall('web');
      world.subject.delete();

      expect(await world.remove()).to.deep.include({ runs: [], outcome: { kind: 'done' } });

      expect(world.storage.newest('web')?.status).to.equal(half ? 'uninstalling' : 'deployed');
      expect(world.subject.get().metadata.finalizers).to.deep.equal([]);
      expect(world.events).to.include('OwnReleaseKept');
    }
  });

  it("uninstalls a release of the same name as the operator's in another namespace", async () => {
    const world = createWorld();
    await world.pass();
    world.ownRelease = { ...targetOf(world.subject.get()), namespace: 'elsewhere' };
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal(['helm uninstall']);
    expect(world.events).not.to.include('OwnReleaseKept');
  });

  it('uninstalls nothing while the whole kind is being deleted', async () => {
    const world = createWorld();
    await world.pass();
    world.isCrdTerminating = true;
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal([]);

    expect(world.storage.newest('web')?.status).to.equal('deployed');
  });
});

describe('whether the whole kind is being deleted', () => {
  const forbidden = new ApiError('forbidden', { status: 403, statusReason: 'Forbidden' });
  const surroundings = (definition: () => Promise<undefined>) =>
    createSurroundings({
      definitions: { get: definition },
      namespaces: { get: () => Promise.resolve(undefined) },
      releases: { dryRunCreate: () => Promise.reject(forbidden) },
      secrets: { dryRunCreate: () => Promise.reject(forbidden) },
      sees: 'cluster',
    });
  const release = createWorld().subject.get();

  it('is so when the definition is gone', async () => {
    const gone = surroundings(() => Promise.resolve(undefined));

    expect(await gone.isCrdTerminating(release, signal)).to.equal(true);
  });

  it('is not guessed by an operator that may neither read the definition nor create a HelmRelease', async () => {
    const unknown = surroundings(() => Promise.reject(forbidden));
    const answer = await unknown.isCrdTerminating(release, signal).catch((caught: unknown) => caught);

    expect(answer).to.have.property('reason', 'SurroundingsUnknown');
  });
});
