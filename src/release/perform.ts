import type { RevisionRecord } from '../helm/storage/revision.ts';
import { accept } from './act/accept.ts';
import type { AcceptPorts } from './act/accept.ts';
import { adopt } from './act/adopt.ts';
import type { AdoptPorts } from './act/adopt.ts';
import { awaitReady } from './act/await-ready.ts';
import type { AwaitPorts } from './act/await-ready.ts';
import { awaitRollback } from './act/await-rollback.ts';
import { clear } from './act/clear.ts';
import type { ClearPorts } from './act/clear.ts';
import { condemn } from './act/condemn.ts';
import { install } from './act/install.ts';
import type { InstallPorts } from './act/install.ts';
import { rollback } from './act/rollback.ts';
import type { RollbackPorts } from './act/rollback.ts';
import { seal } from './act/seal.ts';
import { settle } from './act/settle.ts';
import type { SettlePorts } from './act/settle.ts';
import { test } from './act/test.ts';
import type { TestPorts } from './act/test.ts';
import { unlock } from './act/unlock.ts';
import { upgrade } from './act/upgrade.ts';
import type { UpgradePorts } from './act/upgrade.ts';
import type { Action } from './decide/action.ts';
import type { Observed } from './observe/observed.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { Pass } from './pass.ts';
import type { Plan } from './plan.ts';

export type PerformPorts = AcceptPorts &
  AdoptPorts &
  AwaitPorts &
  ClearPorts &
  InstallPorts &
  RollbackPorts &
  SettlePorts &
  TestPorts &
  UpgradePorts;

export interface Situation {
  readonly observed: Observed;
  /** The release's revisions as Helm stores them, oldest first. */
  readonly records: readonly RevisionRecord[];
}

/** Carries out one action. `again` asks for another look; an outcome ends the pass. */
export async function perform(
  action: Action,
  pass: Pass,
  plan: Plan,
  { observed, records }: Situation,
  ports: PerformPorts,
): Promise<Outcome | 'again'> {
  const restorable = observed.kind === 'present' ? observed.restorable : undefined;
  const newest = observed.kind === 'present' ? observed.newest.number : 0;
  const hasDeployed = observed.kind === 'present' && observed.hasDeployed;
  const stored = records.at(-1);
  const from = { revision: newest, uid: stored?.uid ?? '', restorable };
  switch (action.kind) {
    case 'nothing':
    case 'wait':
    case 'stay':
      return await settle(action, pass, plan, stored, ports);
    case 'await':
      return stored === undefined
        ? 'again'
        : await awaitReady(pass, plan, stored, restorable !== undefined, ports);
    case 'await-rollback':
      return await awaitRollback(pass, plan, records, ports);
    case 'accept':
      await accept(pass, plan, action.revision, ports);
      return 'again';
    case 'clear':
      await clear(pass, plan, action, ports);
      return 'again';
    case 'install':
      await install(pass, plan, action, newest, ports);
      return 'again';
    case 'upgrade':
      await upgrade(pass, plan, action, from, ports);
      return 'again';
    case 'adopt':
      await adopt(pass, plan, from, records, ports);
      return 'again';
    case 'test':
      await test(pass, plan, action, ports);
      return 'again';
    case 'condemn':
      await condemn(
        pass,
        { revision: action.revision, restore: action.restore },
        'it did not become ready',
        ports,
      );
      return 'again';
    case 'rollback':
      await rollback(pass, plan, action, stored, ports);
      return 'again';
    case 'seal':
      await seal(pass, plan, action.revision, ports);
      return 'again';
    case 'unlock':
      await unlock(pass, { revision: action.revision, restore: hasDeployed ? undefined : restorable }, ports);
      return 'again';
  }
}

/** Whether an action rests on nothing that a lagging watch could have got wrong. */
export function isPassive({ kind }: Action): boolean {
  return kind === 'nothing' || kind === 'wait' || kind === 'stay' || kind === 'await';
}
