import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { causeFor } from '../act/settle.ts';
import type { Action, Cause } from '../decide/action.ts';
import type { Adoption } from '../observe/adoption.ts';
import type { Revision } from '../observe/observed.ts';
import { formatChart } from '../plan.ts';
import { ownHalfUninstalled } from '../own-release.ts';
import { NOT_TRIED_AGAIN } from '../record/attempt.ts';
import type { Plan } from '../plan.ts';
import type { Forecast } from './forecast.ts';

/** What an action is told by. */
export interface Circumstances {
  readonly plan: Plan;
  readonly status: HelmReleaseStatus;
  readonly newest: Revision | undefined;
  /** What differs between the newest revision and the plan; undefined when nothing does that Helm has stored. */
  readonly difference: () => Promise<string | undefined>;
  /** What a release is that says nothing to us. */
  readonly adoption: () => Promise<Adoption>;
}

/** Says what an action would do and why it would be taken. */
export async function explain(action: Action, of: Circumstances): Promise<Forecast> {
  const { plan, status, newest } = of;
  const chart = formatChart(plan.chart);
  const revision = `revision ${String(newest?.number ?? 0)}`;
  switch (action.kind) {
    case 'nothing':
      return { action: 'nothing', why: `${revision} is what is wanted: ${chart}` };
    case 'await':
      return { action: 'wait', why: `${revision} is what is wanted, but is not known to be ready` };
    case 'await-rollback':
      return { action: 'wait', why: `${revision}, a rollback, is not known to be ready` };
    case 'test':
      return { action: 'test', why: `${revision} is ready, and its tests have not passed` };
    case 'adopt':
      return whatAdoption(await of.adoption(), revision, chart);
    case 'install':
      return { action: 'install', why: whyInstall(action.because, action.replace, revision, of) };
    case 'upgrade':
      return { action: 'upgrade', why: await whyUpgrade(action.because, revision, of) };
    case 'rollback':
      return {
        action: 'roll back',
        why: `${whyBack(action.because, of)}: from ${revision} to revision ${String(action.to)}`,
      };
    case 'condemn':
      return { action: 'correct', why: `${revision} did not become ready, and is called failed` };
    case 'seal':
      return { action: 'correct', why: `${revision} is a rollback of the operator, and is marked as such` };
    case 'accept':
      return { action: 'correct', why: `${revision} became ready after all, and is called deployed again` };
    case 'unlock':
      return {
        action: 'unlock',
        why: `${revision} is ${newest?.status ?? 'locked'}, and no helm is at work on it any more`,
      };
    case 'clear':
      return { action: 'uninstall', why: action.why };
    case 'wait':
      return {
        action: 'wait',
        why:
          action.for === 'lock'
            ? `${action.why}; for ${seconds(action.ms)} more`
            : `the next try is due in ${seconds(action.ms)}: ${causeFor(status, plan.digest)}`,
      };
    case 'stay':
      return {
        action: 'stall',
        why: action.why === 'own' ? ownHalfUninstalled(plan.target) : causeFor(status, plan.digest),
      };
  }
}

function whatAdoption(adoption: Adoption, revision: string, chart: string): Forecast {
  switch (adoption.kind) {
    case 'same':
      return { action: 'adopt', why: `${revision} is what is wanted, and no revision is made: ${chart}` };
    case 'rejected':
      return {
        action: 'stall',
        why: `${chart} failed as revision ${String(adoption.failed)} and was rolled back: ${NOT_TRIED_AGAIN}`,
      };
    case 'different':
      return { action: 'upgrade', why: `${revision} differs from ${chart}: ${adoption.difference}` };
  }
}

function whyInstall(because: Cause, replace: boolean, revision: string, of: Circumstances): string {
  const chart = formatChart(of.plan.chart);
  if (!replace) return because === 'Retry' ? again(of) : `there is no such release: ${chart}`;
  return because === 'FirstInstall' ? `${revision} was uninstalled: ${chart}` : again(of);
}

async function whyUpgrade(because: Cause, revision: string, of: Circumstances): Promise<string> {
  const { plan, newest, difference } = of;
  switch (because) {
    case 'Retry':
      return again(of);
    case 'Interrupted':
      return `${revision} is ${newest?.status ?? 'unknown'}: ${formatChart(plan.chart)}`;
    case 'Requested':
      return `asked for by annotation: ${formatChart(plan.chart)}`;
    default: {
      const failed = newest?.status === 'failed' ? ' failed and' : '';
      const foreign = because === 'ForeignChange' ? ' was made by another helm and' : '';
      const differs = `differs from ${formatChart(plan.chart)}: ${(await difference()) ?? NOT_STORED}`;
      return `${revision}${failed}${foreign} ${differs}`;
    }
  }
}

/** Of a chart Helm stores metadata, values and templates, and of a HelmRelease nothing. */
const NOT_STORED =
  'what Helm does not store (subcharts, crds/, other files of the chart), spec.resetValues or what is done with CRDs';

function again({ plan, status }: Circumstances): string {
  return `tried again: ${causeFor(status, plan.digest)}`;
}

function whyBack(because: Cause, { plan, status }: Circumstances): string {
  return because === 'ForeignChange' ? 'another helm has changed it' : causeFor(status, plan.digest);
}

function seconds(ms: number): string {
  return `${String(Math.ceil(ms / 1000))} s`;
}
