import { asOperatorError } from '../../api/errors.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { settingsOf } from '../../api/settings.ts';
import type { ReleaseSettings } from '../../api/settings.ts';
import type { Charts } from '../../charts/charts.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { actorOf } from '../actor.ts';
import type { Acting } from '../actor.ts';
import { desire } from '../desire/desire.ts';
import type { DesirePorts } from '../desire/desire.ts';
import { createPass } from '../pass.ts';
import type { Pass } from '../pass.ts';
import { formatTarget } from '../plan.ts';
import { observedTarget } from '../record/observed-release.ts';
import type { Forecast } from './forecast.ts';
import { previewFormer } from './former.ts';
import type { FormerKnowledge } from './former.ts';
import { outlook } from './outlook.ts';
import type { OutlookPorts } from './outlook.ts';
import { previewRemoval } from './removal.ts';
import type { RemovalKnowledge } from './removal.ts';
import { wishOf } from '../wish.ts';
import { troubled } from './troubled.ts';

/** As those of a pass. */
export type PreviewPorts = Acting<PreviewPorts> &
  OutlookPorts &
  FormerKnowledge &
  RemovalKnowledge &
  Pick<DesirePorts, 'chartSourceOf' | 'composeValues' | 'digestKey'> & {
    readonly charts: Pick<Charts, 'resolve'>;
    readonly clock: Clock;
  };

export interface Preview extends Forecast {
  readonly key: string;
  /** `namespace/name` of the release that is meant. */
  readonly release: string;
  /** False where a chart or values could not be had: what would be done when they can is not known. */
  readonly complete: boolean;
}

/** What the next pass over a HelmRelease would come to. The same looks and the same decision, and nothing is written. */
export async function preview(
  release: HelmRelease,
  ports: PreviewPorts,
  signal: AbortSignal,
): Promise<Preview> {
  const { clock } = ports;
  const pass = createPass(release, { clock, log: silentLogger, writeStatus: refuse }, signal);
  const about = { key: pass.key, release: formatTarget(pass.target), complete: true };
  if (release.metadata.deletionTimestamp !== undefined)
    return { ...about, ...(await previewRemoval(pass, ports.as(actorOf(release, ports.tenancy)))) };
  if (release.spec.suspend === true) return { ...about, action: 'nothing', why: 'spec.suspend is set' };
  let settings: ReleaseSettings;
  try {
    settings = settingsOf(release, ports.tenancy);
  } catch (caught) {
    return { ...about, ...troubled(asOperatorError(caught)) };
  }
  const former = await previewFormer(pass, ports.as(actorOf(release, ports.tenancy)));
  pass.note(observedTarget);
  const { complete, why, ...told } = await previewWanted(pass, settings, ports);
  return { ...about, ...told, complete, why: [why, ...former].join('; ') };
}

/** A pass that only looks has no way to write, whatever it meets. */
function refuse(): Promise<never> {
  return Promise.reject(new Error('a preview writes nothing'));
}

/** As a pass does it, but waits for a source for as long as it takes. */
async function previewWanted(
  pass: Pass,
  settings: ReleaseSettings,
  ports: PreviewPorts,
): Promise<Pick<Preview, 'complete'> & Forecast> {
  const { signal } = pass;
  const desired = await desire(pass, settings, wishOf(pass.release()) !== undefined, {
    ...ports.as(settings.account),
    charts: { watch: () => undefined },
    patientCharts: { find: (_key, source, fresh) => ports.charts.resolve(source, { signal, fresh }) },
  });
  switch (desired.kind) {
    case 'plan': {
      using _ = desired.held;
      const acting = ports.as(desired.plan.account?.user);
      return { complete: true, ...(await outlook(pass, desired.plan, acting)) };
    }
    case 'failed':
      return { complete: false, ...troubled(desired.error) };
    case 'pending':
      return { complete: false, action: 'wait', why: `for ${desired.source}` };
    case 'unproved':
      return { complete: false, action: 'wait', why: `for ${desired.why}` };
  }
}
