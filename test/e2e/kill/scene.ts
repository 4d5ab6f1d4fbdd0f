import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { webRelease } from '../world.ts';
import type { World } from '../world.ts';
import { expectEnd, expectHelmAgrees, expectSoundHistory } from './expect.ts';
import type { Life } from './lives.ts';
import type { Moment } from './plan.ts';
import { viewOf } from './view.ts';
import type { SeenRevision, View } from './view.ts';

const END_LIMIT_MS = 60_000;
const STATE_LIMIT_MS = 8_000;
const LOOK_EVERY_MS = 5;

/** Releases in a namespace of their own, at different stages of their lives, while something happens to the operator. */
export interface Scene {
  /** Brings them to where the change is to come. */
  readonly prepare: () => Promise<void>;
  readonly change: () => Promise<void>;
  readonly moment: (when: Moment) => Promise<void>;
  readonly revisions: () => Promise<readonly SeenRevision[]>;
  /** Waits until each has come to the end that it has without any trouble, and nothing of `before` was lost. */
  readonly expectEnds: (before: readonly SeenRevision[]) => Promise<void>;
  readonly clear: () => Promise<void>;
}

export async function openScene(lives: readonly Life[], namespace: string, world: World): Promise<Scene> {
  const view = viewOf(world.cluster.plane, namespace);
  await world.cluster.createNamespace(namespace);
  return {
    prepare: () => prepare(lives, namespace, world, view),
    change: () => change(lives, namespace, world, view),
    moment: (when) => moment(when, view),
    revisions: () => view.revisions(),
    expectEnds: async (before) => {
      await Promise.all(lives.map((life) => reachesItsEnd(life, namespace, view)));
      await expectOrder(lives, namespace, world, view, before);
    },
    clear: () => clear(lives, view),
  };
}

async function prepare(lives: readonly Life[], namespace: string, world: World, view: View): Promise<void> {
  const old = lives.filter(({ before }) => before !== undefined);
  await Promise.all(old.map(({ name, before }) => view.apply(webRelease(world, namespace, name, before))));
  await eventually(async () => {
    const releases = await view.releases();
    for (const { name, waiting } of old) {
      const { status } = releases.find(({ metadata }) => metadata.name === name) ?? {};
      const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      if (waiting === true)
        expect(status?.operation?.deadline, `deadline of ${name}`).not.to.equal(undefined);
      else expect(ready, `Ready of ${name}`).to.equal('True');
    }
  });
}

async function change(lives: readonly Life[], namespace: string, world: World, view: View): Promise<void> {
  await Promise.all(
    lives.map(({ name, change: to }) =>
      to === 'delete' ? view.remove(name) : view.apply(webRelease(world, namespace, name, to)),
    ),
  );
}

async function moment(when: Moment, view: View): Promise<void> {
  if (when.kind === 'state') {
    const deadline = performance.now() + STATE_LIMIT_MS;
    // A state that is over too soon to be seen costs the round its aim, not its worth.
    while ((await view.revisions(when.states)).length === 0 && performance.now() < deadline) {
      await sleep(LOOK_EVERY_MS);
    }
  }
  await sleep(when.ms);
}

async function reachesItsEnd(life: Life, namespace: string, view: View): Promise<void> {
  try {
    await eventually(() => expectEnd(life, namespace, view), END_LIMIT_MS);
  } catch (error) {
    const release = (await view.releases()).find(({ metadata }) => metadata.name === life.name);
    const revisions = (await view.revisions()).filter((each) => each.release === `${namespace}-${life.name}`);
    throw new Error(
      [
        `${life.name}: ${String(error)}`,
        `revisions: ${JSON.stringify(revisions.map(({ revision, status, labels }) => ({ revision, status, labels })))}`,
        `status: ${JSON.stringify(release?.status, undefined, 1)}`,
      ].join('\n'),
      { cause: error },
    );
  }
}

async function expectOrder(
  lives: readonly Life[],
  namespace: string,
  { helm, cluster }: World,
  view: View,
  before: readonly SeenRevision[],
): Promise<void> {
  const revisions = await view.revisions();
  for (const { name } of lives.filter(({ end }) => end !== 'gone')) {
    const releaseName = `${namespace}-${name}`;
    const own = revisions.filter(({ release }) => release === releaseName);
    expectSoundHistory(
      own,
      before.filter(({ release }) => release === releaseName),
    );
    await expectHelmAgrees({ binary: helm, kubeconfig: cluster.kubeconfig }, namespace, releaseName, own);
  }
}

async function clear(lives: readonly Life[], view: View): Promise<void> {
  await Promise.all(lives.filter(({ end }) => end !== 'gone').map(({ name }) => view.remove(name)));
  await eventually(async () => {
    expect(await view.releases(), 'HelmReleases').to.deep.equal([]);
    expect(await view.revisions(), 'revisions').to.deep.equal([]);
  });
}
