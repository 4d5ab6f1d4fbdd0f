import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { childrenOf, killAll } from '../../support/operator-children.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { webRelease } from '../world.ts';
import type { World } from '../world.ts';
import { expectEnd, expectHelmAgrees, expectSoundHistory } from './expect.ts';
import type { Life } from './lives.ts';
import type { Moment, Round } from './plan.ts';
import { viewOf } from './view.ts';
import type { SeenRevision, View } from './view.ts';

const END_LIMIT_MS = 60_000;
const STATE_LIMIT_MS = 8_000;
const LOOK_EVERY_MS = 5;

/** The operator that is running now, in a work directory that stays the same. */
export interface Victim {
  readonly workDir: string;
  readonly running: () => Promise<OperatorProcess>;
  readonly gone: () => void;
}

/** Brings releases to where the round begins, changes them, kills the operator, and looks what becomes of them. */
export async function playRound(
  round: Round,
  namespace: string,
  world: World,
  victim: Victim,
): Promise<void> {
  const view = viewOf(world.cluster.plane, namespace);
  await world.cluster.createNamespace(namespace);
  await victim.running();
  await prepare(round.lives, namespace, world, view);

  await Promise.all([moment(round.moment, view), change(round.lives, namespace, world, view)]);
  await kill(round, victim);
  const before = await view.revisions();

  let operator = await victim.running();
  if (round.againMs !== undefined) {
    await sleep(round.againMs);
    await kill(round, victim);
    operator = await victim.running();
  }
  await Promise.all(round.lives.map((life) => reachesItsEnd(life, namespace, view)));
  await expectOrder(round.lives, namespace, world, view, before);
  await expectNothingLeft(victim, operator);
  await clear(round.lives, view);
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

async function kill({ childrenToo }: Round, victim: Victim): Promise<void> {
  const operator = await victim.running();
  const children = childrenToo ? childrenOf(victim.workDir) : [];
  const dead = operator.kill();
  killAll(children);
  // Those that it started while we looked.
  if (childrenToo) killAll(childrenOf(victim.workDir));
  victim.gone();
  await dead;
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

/** Neither a process nor a file of an operator that is dead. */
async function expectNothingLeft({ workDir }: Victim, { pid }: OperatorProcess): Promise<void> {
  const dirs = (await readdir(workDir)).filter((name) => name.startsWith('helm-release-operator-'));
  expect(dirs, 'folders in the work directory').to.have.length(1);
  expect(dirs[0]).to.match(new RegExp(`^helm-release-operator-${pid}-`));
  const orphans = childrenOf(workDir).filter(({ owner }) => owner !== `${workDir}/${dirs[0] ?? ''}`);
  expect(orphans, 'processes of dead operators').to.deep.equal([]);
}

async function clear(lives: readonly Life[], view: View): Promise<void> {
  await Promise.all(lives.filter(({ end }) => end !== 'gone').map(({ name }) => view.remove(name)));
  await eventually(async () => {
    expect(await view.releases(), 'HelmReleases').to.deep.equal([]);
    expect(await view.revisions(), 'revisions').to.deep.equal([]);
  });
}
