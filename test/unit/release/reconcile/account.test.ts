import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const DEPLOYER = { sync: 'shop/team', user: 'system:serviceaccount:shop:deployer' };

function worldOf(...args: Parameters<typeof createWorld>): World {
  const world = createWorld(...args);
  world.account = DEPLOYER;
  return world;
}

/** As whom helm ran since the last look. */
function looker({ helm }: World): () => readonly (string | undefined)[] {
  let seen = 0;
  return () => {
    const users = helm.users.slice(seen);
    seen = helm.users.length;
    return users;
  };
}

describe('a release under the account of its GitSync', () => {
  it('is installed, tested, upgraded, rolled back and uninstalled as it', async () => {
    const world = worldOf({ rollback: { enable: true }, test: { enable: true } });
    const users = looker(world);
    expect((await world.pass()).runs).to.deep.equal(['helm install', 'helm test']);
    expect(users()).to.deep.equal([DEPLOYER.user, DEPLOYER.user]);
    expect(world.status().account).to.equal(DEPLOYER.user);

    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    expect(users()).to.deep.equal([DEPLOYER.user, DEPLOYER.user]);

    world.subject.delete();
    expect((await world.remove()).runs).to.deep.equal(['helm uninstall']);
    expect(users()).to.deep.equal([DEPLOYER.user]);
  });

  it('has no other digest than without, and makes no revision for another account', async () => {
    const world = worldOf();
    await world.pass();
    world.account = { ...DEPLOYER, user: 'system:serviceaccount:shop:other' };
    expect((await world.pass()).effects, 'whose it is, for the uninstall').to.deep.equal(['status']);
    expect((await world.pass()).effects).to.deep.equal([]);
    world.account = undefined;
    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.status()).not.to.have.property('account');

    world.account = { ...DEPLOYER, user: 'system:serviceaccount:shop:other' };
    world.chart = 'b';
    const users = looker(world);
    users();
    await world.pass();
    expect(users()).to.deep.equal(['system:serviceaccount:shop:other']);
  });

  it('is uninstalled as the account that it was released as, whatever has become of its GitSync', async () => {
    for (const account of [{ ...DEPLOYER, user: 'system:serviceaccount:shop:other' }, undefined]) {
      const world = worldOf();
      const users = looker(world);
      await world.pass();
      users();
      world.account = account;
      world.subject.delete();

      expect((await world.remove()).outcome).to.deep.equal({ kind: 'done' });
      expect(users()).to.deep.equal([DEPLOYER.user]);
    }
  });

  it('that is left behind under its old name is uninstalled as it too', async () => {
    const world = worldOf();
    await world.pass();
    world.subject.edit({ releaseName: 'shop' });
    world.unproved = { kind: 'not-known-yet', why: 'GitSync shop/team' };
    await world.pass();
    expect(world.status().leftBehind?.map(({ account }) => account)).to.deep.equal([DEPLOYER.user]);
  });

  it('is tried again and again for want of rights, rarely, and at once with another account', async () => {
    const world = worldOf({ rollback: { maxRetries: 2 } });
    const users = looker(world);
    world.helm.faults.set('install', 'forbidden');
    for (let tries = 0; tries < 12; tries++) {
      expect((await world.pass()).runs, `try ${tries}`).to.deep.equal(['helm install']);
      world.later(Math.min(5_000 * 2 ** tries, 300_000) - 1_000);
      expect((await world.pass()).runs, `too early after try ${tries}`).to.deep.equal([]);
      world.later(1_000);
    }
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
    users();

    world.helm.faults.clear();
    world.account = { ...DEPLOYER, user: 'system:serviceaccount:shop:able' };
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
    expect(users()).to.deep.equal(['system:serviceaccount:shop:able']);
    expect(world.condition('Ready')).to.include({ status: 'True' });
  });

  it('that was rolled back for want of rights is tried again when its time has come', async () => {
    const world = worldOf({ rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'forbidden');
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    expect((await world.pass()).runs).to.deep.equal([]);

    world.helm.faults.clear();
    world.later(300_000);
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect(world.condition('Ready')).to.include({ status: 'True' });
  });

  it('without an account keeps to the tries that it has', async () => {
    const world = createWorld({ rollback: { maxRetries: 2 } });
    world.helm.faults.set('install', 'forbidden');
    for (let tries = 0; tries < 3; tries++) {
      await world.pass();
      world.later(300_000);
    }

    expect((await world.pass()).runs).to.deep.equal([]);
    expect(new Set(world.helm.users)).to.deep.equal(new Set([undefined]));
  });
});
