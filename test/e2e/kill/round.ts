import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, signalAll } from '../../support/operator-children.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import type { World } from '../world.ts';
import type { Round } from './plan.ts';
import { openScene } from './scene.ts';

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
  const scene = await openScene(round.lives, namespace, world);
  await victim.running();
  await scene.prepare();

  await Promise.all([scene.moment(round.moment), scene.change()]);
  await kill(round, victim);
  const before = await scene.revisions();

  let operator = await victim.running();
  if (round.againMs !== undefined) {
    await sleep(round.againMs);
    await kill(round, victim);
    operator = await victim.running();
  }
  await scene.expectEnds(before);
  await expectNothingLeft(victim, operator);
  await scene.clear();
}

async function kill({ childrenToo }: Round, victim: Victim): Promise<void> {
  const operator = await victim.running();
  const children = childrenToo ? childrenOf(victim.workDir) : [];
  const dead = operator.kill();
  signalAll(children, 'SIGKILL');
  // Those that it started while we looked.
  if (childrenToo) signalAll(childrenOf(victim.workDir), 'SIGKILL');
  victim.gone();
  await dead;
}

/** Neither a process nor a file of an operator that is dead. */
async function expectNothingLeft({ workDir }: Victim, { pid }: OperatorProcess): Promise<void> {
  const dirs = (await readdir(workDir)).filter((name) => name.startsWith('helm-release-operator-'));
  expect(dirs, 'folders in the work directory').to.have.length(1);
  expect(dirs[0]).to.match(new RegExp(`^helm-release-operator-${pid}-`));
  const orphans = childrenOf(workDir).filter(({ owner }) => owner !== `${workDir}/${dirs[0] ?? ''}`);
  expect(orphans, 'processes of dead operators').to.deep.equal([]);
}
