import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../../src/api/helm-release.ts';
import { MARK_OWNER_LABEL } from '../../../../src/api/names.ts';
import { TRUSTING } from '../../../../src/api/tenancy.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const APP = 'system:serviceaccount:shop:app';
const OTHER = 'system:serviceaccount:shop:other';
const DEFAULT = 'system:serviceaccount:shop:default';
const STRICT = { defaultAccount: 'default', crossNamespaceRefs: false };

/** As whom helm ran, and values and Helm's records were read and changed, since the last look. */
function looker({ helm, actors }: World): () => readonly (string | undefined)[] {
  let [runs, looks] = [0, 0];
  return () => {
    const seen = new Set([...helm.users.slice(runs), ...actors.slice(looks)]);
    [runs, looks] = [helm.users.length, actors.length];
    return [...seen];
  };
}

describe('a release with an account of its own', () => {
  const named: Partial<HelmReleaseSpec> = { serviceAccountName: 'app' };

  it('is installed, tested, upgraded, rolled back and uninstalled as it, records and values included', async () => {
    const world = createWorld({ ...named, rollback: { enable: true }, test: { enable: true } });
    const users = looker(world);
    expect((await world.pass()).runs).to.deep.equal(['helm install', 'helm test']);
    expect(users()).to.deep.equal([APP]);
    expect(world.status().account).to.equal(APP);

    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    expect(users()).to.deep.equal([APP]);

    world.subject.delete();
    expect((await world.remove()).runs).to.deep.equal(['helm uninstall']);
    expect(users()).to.deep.equal([APP]);
  });

  it('moves by nothing when the account is another one, and is that from then on', async () => {
    const world = createWorld(named);
    await world.pass();
    const users = looker(world);
    users();
    world.subject.edit({ serviceAccountName: 'other' });
    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.status().account).to.equal(OTHER);

    world.chart = 'b';
    await world.pass();
    expect(users()).not.to.include(APP);
    world.subject.edit({ serviceAccountName: '' });
    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.status()).not.to.have.property('account');
  });

  it('says who may not, makes nothing, and goes on when the right is there', async () => {
    const world = createWorld(named);
    world.powerless.add(APP);
    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.condition('Ready'))
      .to.include({ status: 'False' })
      .and.have.property('message')
      .includes(APP);
    expect(world.storage.newest('web')).to.equal(undefined);

    world.powerless.clear();
    world.later(300_000);
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
    expect(world.condition('Ready')).to.include({ status: 'True' });
  });

  it('that is deleted names the way out while the account may not, and goes with another or without', async () => {
    for (const [wayOut, stays] of [
      [{ serviceAccountName: 'other' }, false],
      [{ suspend: true }, true],
    ] as const) {
      const world = createWorld(named);
      await world.pass();
      world.powerless.add(APP);
      world.subject.delete();
      expect((await world.remove()).outcome).to.include({ kind: 'retry' });
      expect(world.condition('Ready')?.message).to.include('set spec.suspend to true').and.include(APP);
      expect(world.storage.newest('web')?.status).to.equal('deployed');

      world.subject.edit(wayOut);
      expect((await world.remove()).outcome).to.deep.equal({ kind: 'done' });
      expect(world.storage.newest('web')?.status, JSON.stringify(wayOut)).to.equal(
        stays ? 'deployed' : undefined,
      );
    }
  });

  it('holds up no namespace that is being deleted, in which the account has no rights any more', async () => {
    const world = createWorld(named);
    await world.pass();
    world.powerless.add(APP);
    world.isNamespaceTerminating = true;
    world.subject.delete();
    const users = looker(world);
    users();

    const { outcome, runs } = await world.remove();

    expect(outcome).to.deep.equal({ kind: 'done' });
    expect(runs).to.deep.equal([]);
    expect(users()).to.deep.equal([APP]);
  });

  it('is left behind under its old name with the account that it had', async () => {
    const world = createWorld(named);
    await world.pass();
    world.subject.edit({ releaseName: 'shop', serviceAccountName: 'other' });
    await world.pass();
    expect(world.status().leftBehind?.map(({ account }) => account)).to.deep.equal([APP]);
  });
});

describe('in tenant mode', () => {
  it('a release that names no account is released as default of its namespace', async () => {
    const world = createWorld();
    world.tenancy = STRICT;
    const users = looker(world);
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
    world.subject.delete();
    expect((await world.remove()).runs).to.deep.equal(['helm uninstall']);

    expect(users()).to.deep.equal([DEFAULT]);
  });

  it('a release from before moves by nothing, and is uninstalled as default', async () => {
    const world = createWorld();
    await world.pass();
    world.tenancy = STRICT;
    const users = looker(world);
    users();
    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.status().account).to.equal(DEFAULT);
    world.subject.delete();
    await world.remove();

    expect(users()).to.deep.equal([DEFAULT]);
  });

  it('a document of another namespace is refused until the spec changes, and nothing is made', async () => {
    const world = createWorld({ valuesFrom: [{ secretKeyRef: { name: 'db', namespace: 'other' } }] });
    world.tenancy = STRICT;
    expect(await world.pass()).to.deep.include({ runs: [] });
    expect(world.condition('Stalled')?.message).to.include('--no-cross-namespace-refs');
    expect(world.actors).to.deep.equal([]);

    world.subject.edit({ valuesFrom: [{ secretKeyRef: { name: 'db' } }] });
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
  });
});

describe('a release that a HelmRelease of another namespace names too, which is older', () => {
  /** Of the very release that the world is about. */
  function rival(world: World, status?: HelmReleaseStatus): HelmRelease {
    const { metadata, spec, ...self } = world.subject.get();
    return {
      ...self,
      metadata: { ...metadata, namespace: 'evil', uid: '', creationTimestamp: '2020-01-01T00:00:00Z' },
      spec: { ...spec, releaseName: 'web', targetNamespace: 'shop' },
      status: status === undefined ? {} : { releaseName: 'web', targetNamespace: 'shop', ...status },
    };
  }
  const DEPLOYED: HelmReleaseStatus = { revision: '1.0.0' };

  it('is installed in tenant mode, unless the other one has released it', async () => {
    const world = createWorld();
    world.tenancy = STRICT;
    world.others = [rival(world, DEPLOYED)];
    expect((await world.pass()).outcome).to.include({ kind: 'stalled' });
    expect(world.condition('Stalled')?.message).to.include('evil/');

    world.others = [rival(world)];
    expect((await world.preview()).action).to.equal('install');
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
    expect(world.condition('Ready')?.status).to.equal('True');
  });

  it('is uninstalled with its own HelmRelease, and not handed over', async () => {
    for (const heir of [undefined, DEPLOYED]) {
      const world = createWorld();
      world.tenancy = STRICT;
      await world.pass();
      const before = world.storage.newest('web')?.labels[MARK_OWNER_LABEL];
      world.others = [rival(world, heir)];
      world.subject.delete();

      expect((await world.remove()).runs).to.deep.equal(heir === undefined ? ['helm uninstall'] : []);
      const after = world.storage.newest('web')?.labels[MARK_OWNER_LABEL];
      if (heir === undefined) expect(after).to.equal(undefined);
      else expect(after).to.be.a('string').and.not.equal(before);
    }
  });

  it('is left behind under its old name as its own, and not handed over', async () => {
    const world = createWorld();
    world.tenancy = STRICT;
    await world.pass();
    world.others = [rival(world)];
    world.subject.edit({ releaseName: 'shop' });
    await world.pass();
    expect(world.status().leftBehind?.map(({ releaseName }) => releaseName)).to.deep.equal(['web']);
  });

  it('belongs to the older one, and goes to it, where everything is done by the rights of the operator', async () => {
    const world = createWorld();
    world.tenancy = TRUSTING;
    world.others = [rival(world)];
    expect((await world.pass()).outcome).to.include({ kind: 'stalled' });

    world.others = [];
    await world.pass();
    world.others = [rival(world)];
    world.subject.delete();
    expect((await world.remove()).runs).to.deep.equal([]);
    expect(world.storage.newest('web')?.status).to.equal('deployed');
  });
});
