import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from '../reconcile/world/world.ts';
import type { World } from '../reconcile/world/world.ts';

const FOREIGN = {};

interface Row {
  readonly name: string;
  readonly world: () => World | Promise<World>;
  /** If it is not `shop/web`. */
  readonly release?: string;
  readonly action: string;
  readonly why: RegExp;
  readonly complete?: false;
  /** What follows at once. */
  readonly then?: string;
}

const failing = { rollback: { enable: true } };

async function released(spec: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = createWorld(spec);
  await world.pass();
  return world;
}

const rows: readonly Row[] = [
  {
    name: 'a release that is not there is installed',
    world: () => createWorld(),
    action: 'install',
    why: /^there is no such release: web-1\.0\.0 \(commit commit-a\)$/,
  },
  {
    name: 'a release of somebody else that does not differ is adopted',
    world: () => {
      const world = createWorld();
      world.storage.add('web', 'deployed', 'theirs', FOREIGN);
      return world;
    },
    action: 'adopt',
    why: /^revision 1 is what is wanted, and no revision is made: web-1\.0\.0/,
  },
  {
    name: 'a release of somebody else that differs is upgraded, and says in what',
    world: () => {
      const world = createWorld();
      world.storage.add('web', 'deployed', 'theirs', FOREIGN);
      world.difference = 'the values (replicas)';
      return world;
    },
    action: 'upgrade',
    why: /^revision 1 differs from web-1\.0\.0 .*: the values \(replicas\)$/,
  },
  {
    name: 'a release of ours that is as wanted is left alone',
    world: () => released(),
    action: 'nothing',
    why: /^revision 1 is what is wanted/,
  },
  {
    name: 'a release of ours whose input changed is upgraded, and says in what',
    world: async () => {
      const world = await released();
      world.chart = 'b';
      world.difference = 'the template templates/deployment.yaml';
      return world;
    },
    action: 'upgrade',
    why: /^revision 1 differs from .*: the template templates\/deployment\.yaml$/,
  },
  {
    name: 'a change of what Helm does not store is said to be one',
    world: async () => {
      const world = await released();
      world.chart = 'b';
      return world;
    },
    action: 'upgrade',
    why: /what Helm does not store \(subcharts/,
  },
  {
    name: 'a change by another helm is answered',
    world: async () => {
      const world = await released();
      world.helm.foreign.upgrade('web');
      world.difference = 'the values (replicas)';
      return world;
    },
    action: 'upgrade',
    why: /^revision 2 was made by another helm and differs/,
  },
  {
    name: 'a change by another helm is not answered for ever',
    world: async () => {
      const world = await released();
      for (let times = 0; times < 3; times++) {
        await world.pass();
        world.helm.foreign.upgrade('web');
      }
      return world;
    },
    action: 'stall',
    why: /^release shop\/web was changed by another helm three times within ten minutes/,
  },
  {
    name: 'a release whose helm was killed is unlocked first',
    world: async () => {
      const world = createWorld();
      // The status and helm itself: not even the lock is taken off.
      await world.pass(2);
      const newest = world.storage.newest('web');
      if (newest !== undefined) world.storage.change(newest, { status: 'pending-install' });
      return world;
    },
    action: 'unlock',
    why: /^revision 1 is pending-install, and no helm is at work on it any more$/,
    then: 'install',
  },
  {
    name: 'the lock of another helm is waited for',
    world: async () => {
      const world = await released();
      world.helm.foreign.upgrade('web', 'pending-upgrade');
      return world;
    },
    action: 'wait',
    why: /^revision 2 is pending-upgrade: another helm holds the release; for 900 s more$/,
  },
  {
    name: 'an input that failed and was rolled back stalls, with its cause',
    world: async () => {
      const world = await released(failing);
      world.chart = 'b';
      world.helm.faults.set('upgrade', 'after');
      await world.pass();
      return world;
    },
    action: 'stall',
    why: /^upgrade of web-1\.0\.0 .* failed/,
  },
  {
    name: 'a failed upgrade that is not rolled back yet is rolled back',
    world: async () => {
      const world = await released(failing);
      world.chart = 'b';
      world.helm.faults.set('upgrade', 'after').set('rollback', 'before');
      await world.pass();
      world.later(400_000);
      return world;
    },
    action: 'roll back',
    why: /failed.*: from revision 2 to revision 1$/,
  },
  {
    name: 'an input that is tried again later waits for its time',
    world: async () => {
      const world = createWorld();
      world.helm.faults.set('install', 'after');
      await world.pass();
      return world;
    },
    action: 'wait',
    why: /^the next try is due in 5 s: install/,
  },
  {
    name: 'a release of another HelmRelease stalls, with its owner',
    world: () => {
      const world = createWorld();
      const subject = world.subject.get();
      const created = '2025-01-01T00:00:00Z';
      const metadata = { ...subject.metadata, name: 'older', uid: 'older', creationTimestamp: created };
      world.others = [{ ...subject, metadata }];
      return world;
    },
    action: 'stall',
    why: /^release shop\/web belongs to HelmRelease shop\/older/,
  },
  {
    name: 'a HelmRelease that is suspended gets nothing',
    world: () => createWorld({ suspend: true }),
    action: 'nothing',
    why: /^spec\.suspend is set$/,
  },
  {
    name: 'a HelmRelease that can never be released stalls',
    world: () => createWorld({ helmVersion: 'v2' }),
    action: 'stall',
    why: /^spec\.helmVersion is v2/,
  },
  {
    name: 'a chart that cannot be had makes the answer incomplete',
    world: () => {
      const world = createWorld();
      world.chart = undefined;
      return world;
    },
    action: 'wait',
    why: /^the chart source does not answer$/,
    complete: false,
  },
  {
    name: 'another release than before is installed, and what becomes of the old one is said',
    world: async () => {
      const world = await released();
      world.subject.edit({ releaseName: 'renamed' });
      return world;
    },
    release: 'shop/renamed',
    action: 'install',
    why: /^there is no such release: .*; release shop\/web, which it stood for before, stays as it is$/,
  },
  {
    name: 'a release that was left behind and is named by a person is uninstalled',
    world: async () => {
      const world = await released();
      world.subject.edit({ releaseName: 'renamed' });
      await world.pass();
      world.subject.giveUp('shop/web');
      return world;
    },
    release: 'shop/renamed',
    action: 'nothing',
    why: /; release shop\/web, which was left behind, is uninstalled as asked$/,
  },
  {
    name: 'the release of a HelmRelease that is being deleted is uninstalled',
    world: async () => {
      const world = await released();
      world.subject.delete();
      return world;
    },
    action: 'uninstall',
    why: /^the HelmRelease of release shop\/web is being deleted$/,
  },
  {
    name: 'the release of a HelmRelease that is being deleted with its kind is left',
    world: async () => {
      const world = await released();
      world.subject.delete();
      world.isCrdTerminating = true;
      return world;
    },
    action: 'leave',
    why: /the release stays: the CustomResourceDefinition/,
  },
];

describe('what a person is told would be done', () => {
  for (const { name, world, release = 'shop/web', action, why, complete = true, then } of rows) {
    it(name, async () => {
      const told = await (await world()).preview();

      expect(told.action).to.equal(action);
      expect(told.why).to.match(why);
      expect(told.complete).to.equal(complete);
      expect(told.then?.action).to.equal(then);
      expect(told).to.include({ key: 'shop/web', release });
    });
  }
});
