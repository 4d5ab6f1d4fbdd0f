import type { Helm } from '../../helm/helm.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { mergeValues } from '../../values/merge.ts';
import type { ValuesMap } from '../../values/merge.ts';
import type { Action } from '../decide/action.ts';
import { historyOf } from '../observe/history.ts';
import { withResult } from '../record/history.ts';
import type { ReadPayload } from '../observe/payloads.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { condemn } from './condemn.ts';
import { deploy } from './deploy.ts';
import type { DeployPorts } from './deploy.ts';
import { upgradeRequest } from './helm-request.ts';
import { tellingTaken } from '../tell/tell-taken.ts';
import type { TellTakenPorts } from '../tell/tell-taken.ts';
import { tellDifference } from '../tell/tell-difference.ts';
import type { TellDifferencePorts } from '../tell/tell-difference.ts';

export interface UpgradePorts extends DeployPorts, TellDifferencePorts, TellTakenPorts {
  readonly readPayload: ReadPayload;
  readonly helm: Pick<Helm, 'upgrade'>;
  readonly storage: Storage;
  readonly marks: MarkFormat;
}

export interface UpgradeFrom {
  readonly revision: number;
  /** The Secret that it is stored in. */
  readonly uid: string;
  /** What worked before it. */
  readonly restorable: number | undefined;
}

/** The next revision. One that is overtaken before it was ready is told to Helm as what it is: not working. */
export async function upgrade(
  pass: Pass,
  plan: Plan,
  { because, overtakes }: Extract<Action, { kind: 'upgrade' }>,
  { restorable, ...from }: UpgradeFrom,
  ports: UpgradePorts,
): Promise<void> {
  const { revision } = from;
  if (overtakes !== undefined) {
    // First, because it is found out again as long as Helm calls the revision deployed.
    await pass.save((status) => ({
      ...status,
      history: withResult(historyOf(status), overtakes, { result: 'Overtaken' }),
    }));
    await condemn(pass, { revision: overtakes, restore: restorable }, 'overtaken before it was ready', ports);
  }
  await tellDifference(pass, plan, revision, ports);
  // As helm itself goes by it, and as it has to be told before it takes fields over.
  const apply = (await ports.readPayload(pass.target, from, pass.signal))?.applyMethod;
  const request = {
    ...(apply === undefined ? {} : { apply }),
    ...upgradeRequest(plan, revision + 1, ports.marks),
  };
  await deploy(
    pass,
    plan,
    {
      action: 'upgrade',
      because,
      fromRevision: revision,
      values: await valuesOf(pass, plan, revision, ports),
      run: (prepared) =>
        tellingTaken(pass, plan, from, ports, () =>
          ports.helm.upgrade({ ...request, ...prepared }, pass.signal),
        ),
    },
    ports,
  );
}

/** With resetValues off, helm lays what it is given over what the revision before was given. */
async function valuesOf(
  { target, signal }: Pass,
  { settings, values }: Plan,
  revision: number,
  { storage }: UpgradePorts,
): Promise<ValuesMap> {
  if (!settings.reuseValues || settings.crds !== 'CreateReplace') return values.merged;
  const stored = await storage.read(target.namespace, target.releaseName, revision, signal);
  return mergeValues(stored?.config ?? {}, values.merged);
}
