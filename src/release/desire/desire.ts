import { asOperatorError } from '../../api/errors.ts';
import type { OperatorError } from '../../api/errors.ts';
import type { ReleaseSettings } from '../../api/settings.ts';
import type { Charts } from '../../charts/charts.ts';
import type { Chart } from '../../charts/chart.ts';
import { describeSource } from '../../charts/source.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import { desiredDigest } from '../../values/digest.ts';
import type { HeldValues } from '../../values/room.ts';
import type { ChartSourceOf } from './chart-source.ts';
import { toldOfDefaultRef } from './default-ref.ts';
import { toldOfLostCommit } from './own-chart.ts';
import type { PatientCharts } from './patient-charts.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';

export type Desired =
  /** To be disposed of when the plan is carried out: others may wait for the room that its values take. */
  | { readonly kind: 'plan'; readonly plan: Plan; readonly held: Disposable }
  /** Its source has not answered yet; the release is woken when it has. */
  | { readonly kind: 'pending'; readonly source: string }
  /** Whether it may have its chart is not known yet; the release is woken when it is. */
  | { readonly kind: 'unproved'; readonly why: string }
  | {
      readonly kind: 'failed';
      readonly step: 'chart' | 'values';
      readonly error: OperatorError;
      /** What its source said, which is asked again by itself: the release is woken when that says something else. */
      readonly told?: true;
    };

export type ComposeValues = (
  settings: ReleaseSettings,
  chart: Chart,
  pass: Pick<Pass, 'key' | 'signal' | 'lifeline'>,
) => Promise<HeldValues>;

export interface DesirePorts {
  readonly charts: Pick<Charts, 'watch'>;
  readonly patientCharts: Pick<PatientCharts, 'find'>;
  readonly chartSourceOf: ChartSourceOf;
  readonly composeValues: ComposeValues;
  /** Documents are read by whom the release is released as. */
  readonly as: (account: string | undefined) => Pick<DesirePorts, 'composeValues'>;
  readonly marks: MarkFormat;
  readonly digestKey: Buffer;
}

/** Resolves what a HelmRelease asks for. A source or a document that cannot be had is a result, not an accident. */
export async function desire(
  pass: Pick<Pass, 'key' | 'signal' | 'lifeline'>,
  settings: ReleaseSettings,
  fresh: boolean,
  ports: DesirePorts,
): Promise<Desired> {
  const { key, signal } = pass;
  let chart: Chart | undefined;
  let account: Plan['account'];
  let told = {};
  try {
    const found = await ports.chartSourceOf(settings, signal);
    if (found.kind === 'not-known-yet') return { kind: 'unproved', why: found.why };
    const { source } = found;
    account = found.account;
    ports.charts.watch(source, key);
    told = { told: true };
    chart = await ports.patientCharts.find(key, source, fresh);
    if (chart === undefined) return { kind: 'pending', source: describeSource(source) };
  } catch (caught) {
    signal.throwIfAborted();
    const error = toldOfDefaultRef(asOperatorError(caught), settings.source);
    return { kind: 'failed', step: 'chart', error: toldOfLostCommit(error, settings.source), ...told };
  }
  try {
    using room = new DisposableStack();
    const { composeValues } = ports.as(account?.user);
    const { values } = room.use(await composeValues(settings, chart, pass));
    const { releaseName, namespace, reuseValues, crds } = settings;
    const state = {
      chartDigest: chart.digest,
      values,
      reuseValues,
      skipCRDs: crds === 'Skip',
      ...(crds === 'CreateReplace' ? { replaceCRDs: true as const } : {}),
    };
    const digest = ports.marks.digest(desiredDigest(state, ports.digestKey));
    const target = { releaseName, namespace };
    const plan = { key, target, settings, chart, values, digest, ...(account && { account }) };
    return { kind: 'plan', plan, held: room.move() };
  } catch (caught) {
    signal.throwIfAborted();
    return { kind: 'failed', step: 'values', error: asOperatorError(caught) };
  }
}
