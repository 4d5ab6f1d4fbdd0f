import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseStatus } from '../../../../src/api/helm-release.ts';
import { MARK_DIGEST_LABEL, MARK_OWNER_LABEL } from '../../../../src/api/names.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const left = (world: World): readonly string[] =>
  (world.status().leftBehind ?? []).map(({ namespace, releaseName }) => `${namespace}/${releaseName}`);
const states = (world: World, release: string): readonly string[] =>
  world.storage.all(release).map(({ revision, status }) => `${revision} ${status}`);

/** Released as `web`, and then named `shop`. */
async function renamed(): Promise<World> {
  const world = createWorld();
  await world.pass();
  world.subject.edit({ releaseName: 'shop' });
  await world.pass();
  return world;
}

describe('a HelmRelease that stands for another release than before', () => {
  it('installs the new one, and leaves the old one as it is, listed and told of once', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.edit({ releaseName: 'shop' });

    const moved = await world.pass();

    expect(moved.runs).to.deep.equal(['helm install']);
    expect(moved.outcome?.kind).to.equal('done');
    expect(states(world, 'web')).to.deep.equal(['1 deployed']);
    expect(states(world, 'shop')).to.deep.equal(['1 deployed']);
    expect(left(world)).to.deep.equal(['shop/web']);
    expect(world.events.filter((reason) => reason === 'ReleaseLeftBehind')).to.have.length(1);
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('lists the old one before it does anything for the new one, whenever it is killed', async () => {
    for (let effects = 0; effects < 12; effects++) {
      const world = createWorld();
      await world.pass();
      world.subject.edit({ releaseName: 'shop' });

      await world.pass(effects);
      if (world.storage.newest('shop') !== undefined) expect(left(world)).to.deep.equal(['shop/web']);
      await world.pass();

      expect(left(world), `killed after ${effects}`).to.deep.equal(['shop/web']);
      expect(world.storage.newest('shop')?.status).to.equal('deployed');
      expect(states(world, 'web')).to.deep.equal(['1 deployed']);
    }
  });

  it('takes the old one up again, without a new revision, when it is named as before', async () => {
    const world = await renamed();
    world.subject.edit({ releaseName: 'web' });

    const back = await world.pass();

    expect(back.runs).to.deep.equal([]);
    expect(back.outcome?.kind).to.equal('done');
    expect(left(world)).to.deep.equal(['shop/shop']);
    expect(states(world, 'web')).to.deep.equal(['1 deployed']);
    expect(world.status().deployed?.revision).to.equal(1);
  });

  it('upgrades the old one when it is named as before and wants something else', async () => {
    const world = await renamed();
    world.subject.edit({ releaseName: 'web' });
    world.chart = 'b';

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect(states(world, 'web')).to.deep.equal(['1 superseded', '2 deployed']);
  });

  it('goes back to what the old one was when that upgrade fails', async () => {
    const world = await renamed();
    world.subject.edit({ releaseName: 'web', rollback: { enable: true } });
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    expect(world.storage.newest('web')).to.include({ revision: 3, content: 'a', status: 'deployed' });
  });

  it('uninstalls the old one when a person names it, and no other', async () => {
    const world = await renamed();
    world.subject.edit({ releaseName: 'third' });
    await world.pass();
    expect(left(world)).to.deep.equal(['shop/web', 'shop/shop']);
    world.subject.giveUp('elsewhere/shop, shop/third, shop/web');

    const tidied = await world.pass();

    expect(tidied.runs).to.deep.equal(['helm uninstall']);
    expect(states(world, 'web')).to.deep.equal([]);
    expect(states(world, 'shop')).to.deep.equal(['1 deployed']);
    expect(states(world, 'third')).to.deep.equal(['1 deployed']);
    expect(left(world)).to.deep.equal(['shop/shop']);
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('keeps the old one until the new one is ready', async () => {
    const world = createWorld({ wait: true });
    await world.pass();
    world.chart = 'b';
    world.health.set('b', { kind: 'progressing', why: 'Deployment shop/shop: 0 of 1 pods are ready' });
    world.subject.edit({ releaseName: 'shop' });
    world.subject.giveUp('shop/web');

    expect((await world.pass()).runs).to.deep.equal(['helm install']);
    expect(states(world, 'web')).to.deep.equal(['1 deployed']);
    world.health.clear();
    expect((await world.pass()).runs).to.deep.equal(['helm uninstall']);
    expect(world.status().leftBehind).to.equal(undefined);
  });

  it('tries the new one again at once when the old one stood in its way', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.edit({ releaseName: 'shop' });
    world.helm.faults.set('install', 'owned');
    expect((await world.pass()).outcome?.kind).to.be.oneOf(['retry', 'stalled']);
    world.subject.giveUp('shop/web');
    world.whileWaiting = () => {
      if (world.storage.newest('web') !== undefined) world.helm.faults.clear();
    };

    expect((await world.pass()).runs).to.deep.equal(['helm uninstall', 'helm install']);
    expect(world.status().leftBehind).to.equal(undefined);
  });

  it('keeps the old one while the new one was never deployed, whatever keeps it from that', async () => {
    const reasons: readonly ((world: World) => void)[] = [
      (world) => (world.chart = undefined),
      (world) => world.helm.faults.set('install', 'before'),
    ];
    for (const happens of reasons) {
      const world = createWorld();
      await world.pass();
      world.subject.edit({ releaseName: 'shop' });
      world.subject.giveUp('shop/web');
      happens(world);
      await world.pass();
      await world.pass();
      expect(states(world, 'web')).to.deep.equal(['1 deployed']);

      world.chart = 'a';
      world.helm.faults.clear();
      world.later(600_000);
      expect((await world.pass()).runs).to.deep.equal(['helm install', 'helm uninstall']);
    }
  });

  it('does not uninstall a later release of a name that was given up, until it is named anew', async () => {
    const world = await renamed();
    world.subject.giveUp('shop/web');
    await world.pass();
    expect(states(world, 'web')).to.deep.equal([]);
    world.subject.edit({ releaseName: 'web' });
    await world.pass();
    world.subject.edit({ releaseName: 'third' });

    await world.pass();
    expect((await world.pass()).effects).to.deep.equal([]);
    expect(states(world, 'web')).to.deep.equal(['1 deployed']);
    expect(left(world)).to.include('shop/web');

    world.subject.giveUp('');
    await world.pass();
    expect(world.status().uninstalledLeftBehind).to.equal(undefined);
    world.subject.giveUp('shop/web');
    expect((await world.pass()).runs).to.deep.equal(['helm uninstall']);
    expect(states(world, 'web')).to.deep.equal([]);
  });

  it('says why the old one stays although a person has named it', async () => {
    const world = await renamed();
    world.isCrdTerminating = true;
    world.subject.giveUp('shop/web');

    expect((await world.pass()).runs).to.deep.equal([]);

    expect(world.status().leftBehind?.[0]?.failure?.cause).to.match(
      /^release shop\/web is not uninstalled: the CustomResourceDefinition/,
    );
    expect(world.events.at(-1)).to.equal('LeftBehindKept');
    expect((await world.pass()).effects).to.deep.equal([]);
    world.isCrdTerminating = false;
    expect((await world.pass()).runs).to.deep.equal(['helm uninstall']);
  });

  it('goes on at once with its own uninstall of the old one, and waits for that of anybody else', async () => {
    for (const [killedAfter, isOurs] of [
      [2, true],
      [0, false],
    ] as const) {
      const world = await renamed();
      world.subject.giveUp('shop/web');
      await world.pass(killedAfter);
      const old = world.storage.newest('web');
      if (old !== undefined) world.storage.change(old, { status: 'uninstalling' });

      const { runs, outcome } = await world.pass();

      expect(runs, `killed after ${killedAfter}`).to.deep.equal(isOurs ? ['helm uninstall'] : []);
      if (isOurs) continue;
      expect(outcome?.kind).to.equal('wait');
      expect(world.status().leftBehind?.[0]?.failure?.cause).to.equal(
        'release shop/web is not uninstalled yet: revision 1 is uninstalling: another helm holds the release',
      );
      world.later(900_000);
      expect((await world.pass()).runs).to.deep.equal(['helm uninstall']);
    }
  });

  it('says why the old one cannot be uninstalled, and tries again later and later', async () => {
    const world = await renamed();
    world.subject.giveUp('shop/web');
    world.helm.faults.set('uninstall', 'after');

    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 5_000 });
    expect(world.status().leftBehind?.[0]?.failure).to.include({
      step: 'uninstall',
      cause: 'uninstalling release shop/web failed: a hook failed',
      attempts: 1,
    });
    expect(world.condition('Ready')?.status).to.equal('True');
    expect((await world.pass()).effects).to.deep.equal([]);
    world.later(5_000);
    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 10_000 });
    world.helm.faults.clear();
    world.later(10_000);
    expect((await world.pass()).runs).to.deep.equal(['helm uninstall']);
    expect(world.status().leftBehind).to.equal(undefined);
  });

  it('forgets an old one that somebody uninstalled, or that another HelmRelease has taken', async () => {
    const world = await renamed();
    world.storage.remove('web');
    await world.pass();
    expect(world.status().leftBehind).to.equal(undefined);

    world.subject.edit({ releaseName: 'web' });
    await world.pass();
    expect(left(world)).to.deep.equal(['shop/shop']);
    const taken = world.storage.newest('shop');
    if (taken !== undefined) world.storage.change(taken, { labels: { [MARK_OWNER_LABEL]: 'another' } });
    world.subject.giveUp('shop/shop');
    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.status().leftBehind).to.equal(undefined);
  });

  it('hands the old one over to a HelmRelease that stands for it, and lists nothing', async () => {
    const world = createWorld();
    await world.pass();
    const self = world.subject.get();
    const heir = { ...self, metadata: { ...self.metadata, name: 'heir', uid: 'z' } };
    world.others = [heir];
    world.subject.edit({ releaseName: 'shop' });
    const before = world.storage.newest('web')?.labels[MARK_OWNER_LABEL];

    await world.pass();

    expect(world.status().leftBehind).to.equal(undefined);
    expect(world.storage.newest('web')?.labels[MARK_OWNER_LABEL]).not.to.equal(before);
    expect(states(world, 'web')).to.deep.equal(['1 deployed']);
  });

  it('does not list what never was its own', async () => {
    const world = createWorld();
    world.storage.add('web', 'deployed', 'theirs', { [MARK_OWNER_LABEL]: 'another' });
    world.subject.setStatus({ releaseName: 'web', targetNamespace: 'shop' });
    world.subject.edit({ releaseName: 'shop' });

    await world.pass();

    expect(world.status().leftBehind).to.equal(undefined);
  });

  it('finds the old one although its name was wrong in between', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.edit({ releaseName: 'No Name' });
    expect((await world.pass()).outcome?.kind).to.equal('stalled');
    world.subject.edit({ releaseName: 'shop' });

    await world.pass();

    expect(left(world)).to.deep.equal(['shop/web']);
  });

  it('goes on with the new one although it may not look at the old one any more, which stays listed', async () => {
    const world = createWorld();
    await world.pass();
    world.forbidden.add('web');
    world.subject.edit({ releaseName: 'shop' });
    expect((await world.pass()).outcome?.kind).to.equal('done');
    expect(left(world)).to.deep.equal(['shop/web']);

    world.storage.remove('web');
    world.subject.giveUp('shop/web');
    expect((await world.pass()).outcome?.kind).to.equal('wait');
    expect(world.status().leftBehind?.[0]?.failure?.cause).to.equal(
      'uninstalling release shop/web failed: secrets is forbidden',
    );
    expect(world.condition('Ready')?.status).to.equal('True');
  });

  it('lists nothing where it never had the rights to release anything', async () => {
    const world = createWorld({ releaseName: 'elsewhere' });
    world.forbidden.add('elsewhere');
    await world.pass();
    world.subject.edit({ releaseName: 'shop' });

    expect((await world.pass()).outcome?.kind).to.equal('done');
    expect(world.status().leftBehind).to.equal(undefined);
  });

  it('does not take the old history for proof that it deployed the new one', async () => {
    const world = await renamed();
    world.storage.add('handmade', 'deployed', 'theirs', {});
    world.subject.edit({ releaseName: 'handmade' });
    world.chart = undefined;
    await world.pass();
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal([]);
    expect(states(world, 'handmade')).to.deep.equal(['1 deployed']);
  });

  it('uninstalls the new one when it is deleted, keeps the old ones, and says which', async () => {
    const world = await renamed();
    world.subject.edit({ releaseName: 'third' });
    await world.pass();
    world.storage.remove('web');
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal(['helm uninstall']);

    expect(states(world, 'third')).to.deep.equal([]);
    expect(states(world, 'shop')).to.deep.equal(['1 deployed']);
    expect(world.events.filter((reason) => reason === 'ReleaseLeftBehind')).to.have.length(3);
    expect(world.subject.get().metadata.finalizers).to.deep.equal([]);
  });

  it('keeps the old one, and says so, when it is renamed and deleted at once', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.edit({ releaseName: 'shop' });
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal([]);

    expect(states(world, 'web')).to.deep.equal(['1 deployed']);
    expect(world.events).to.include('ReleaseLeftBehind');
  });
});

describe('a HelmRelease that was given another release name before it was ours', () => {
  const from144 = (releaseName?: string): HelmReleaseStatus => ({
    observedGeneration: 1,
    ...(releaseName === undefined ? {} : { releaseName }),
    conditions: [
      {
        type: 'Released',
        status: 'True',
        reason: 'Succeeded',
        message: "Release was successful for Helm release 'old' in 'shop'.",
      },
    ],
  });

  for (const [what, status] of [
    ['the name in status', { observedGeneration: 1, releaseName: 'old' }],
    ['the messages of its conditions', from144()],
    ['both', from144('old')],
  ] as const) {
    it(`finds the release of 1.4.4 by ${what} and its annotation`, async () => {
      const world = createWorld();
      world.storage.add('old', 'deployed', 'a', {});
      world.antecedents.set('old', 'shop/web');
      world.subject.setStatus(status);

      const moved = await world.pass();

      expect(moved.runs).to.deep.equal(['helm install']);
      expect(left(world)).to.deep.equal(['shop/old']);
      expect(world.storage.newest('old')?.labels).to.have.property(MARK_OWNER_LABEL);
      expect(world.storage.newest('old')?.labels).not.to.have.property(MARK_DIGEST_LABEL);
    });
  }

  it('leaves a release alone that 1.4.4 made for another HelmRelease', async () => {
    const world = createWorld();
    world.storage.add('old', 'deployed', 'a', {});
    world.antecedents.set('old', 'shop/another');
    world.subject.setStatus(from144('old'));

    await world.pass();

    expect(world.status().leftBehind).to.equal(undefined);
    expect(world.storage.newest('old')?.labels).to.deep.equal({});
  });
});
