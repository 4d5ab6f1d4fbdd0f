import type { Helm } from '../../helm/helm.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { Action } from '../decide/action.ts';
import { historyOf, withResult } from '../observe/history.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { condemn } from './condemn.ts';
import { deploy } from './deploy.ts';
import type { DeployPorts } from './deploy.ts';
import { deployRequest } from './helm-request.ts';

export interface UpgradePorts extends DeployPorts {
  readonly helm: Pick<Helm, 'upgrade'>;
  readonly storage: Storage;
  readonly marks: MarkFormat;
}

export interface UpgradeFrom {
  readonly revision: number;
  /** What worked before it. */
  readonly restorable: number | undefined;
}

/** The next revision. One that is overtaken before it was ready is told to Helm as what it is: not working. */
export async function upgrade(
  pass: Pass,
  plan: Plan,
  { because, overtakes }: Extract<Action, { kind: 'upgrade' }>,
  { revision, restorable }: UpgradeFrom,
  ports: UpgradePorts,
): Promise<void> {
  if (overtakes !== undefined) {
    // First, because it is found out again as long as Helm calls the revision deployed.
    await pass.save((status) => ({
      ...status,
      history: withResult(historyOf(status), overtakes, { result: 'Overtaken' }),
    }));
    await condemn(pass, { revision: overtakes, restore: restorable }, 'overtaken before it was ready', ports);
  }
  const request = deployRequest(plan, revision + 1, ports.marks);
  const { reuseValues, forceUpgrade, maxHistory } = plan.settings;
  await deploy(
    pass,
    plan,
    {
      action: 'upgrade',
      because,
      fromRevision: revision,
      run: () =>
        ports.helm.upgrade({ ...request, reuseValues, maxHistory, force: forceUpgrade }, pass.signal),
    },
    ports,
  );
}
