import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { childrenOf, signalAll } from '../../support/operator-children.ts';
import type { OperatorChild } from '../../support/operator-children.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import type { World } from '../world.ts';

/** One of several operators that share a lease, with a work directory of its own as each pod has. */
export interface Replica {
  readonly process: OperatorProcess;
  readonly isLeading: () => Promise<boolean>;
  /** Of helm, git and the like; not the supervisor, which waits for orders. */
  readonly children: () => readonly number[];
  /** To the operator alone, or to all that is on its machine. */
  readonly signal: (who: 'operator' | 'machine', signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Has it run what it has to run no more. */
  readonly close: () => Promise<void>;
}

const SUPERVISOR = /supervisor-process/;

export async function startReplica(world: World, flags: readonly string[] = []): Promise<Replica> {
  const workDir = await mkdtemp(join(tmpdir(), 'replica-'));
  const process_ = await world.operator({
    workDir,
    flags: ['--leader-elect', '--operator-namespace=default', ...flags],
    env: { POD_IP: '127.0.0.1' },
  });
  const running = (): readonly OperatorChild[] => childrenOf(workDir).filter(({ command }) => command !== '');
  return {
    process: process_,
    isLeading: async () => (await process_.metric('helm_release_operator_leader')) === 1,
    children: () =>
      running()
        .filter(({ command }) => !SUPERVISOR.test(command))
        .map(({ pid }) => pid),
    signal: (who, signal) => {
      // The operator first, so that it begins nothing while the others are looked for.
      process.kill(process_.pid, signal);
      if (who === 'machine') signalAll(running(), signal);
    },
    close: () => rm(workDir, { recursive: true, force: true }),
  };
}

/** Waits until the replica leads; gives the milliseconds that it took. */
export async function leads(replica: Replica, timeoutMs = 25_000): Promise<number> {
  const begun = performance.now();
  await eventually(async () => {
    if (!(await replica.isLeading())) throw new Error('it does not lead');
  }, timeoutMs);
  return performance.now() - begun;
}
