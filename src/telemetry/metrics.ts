import { setImmediate } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createActionCounters } from './metrics/action-counters.ts';
import { type ActionDurations, createActionDurations } from './metrics/action-durations.ts';
import { CHART_STORE_FAMILIES } from './metrics/chart-store.ts';
import { type Family, familyLines } from './metrics/exposition.ts';
import { CREDENTIAL_GAUGES } from './metrics/credential-gauges.ts';
import { createForgotten, type GoneRelease } from './metrics/forgotten.ts';
import { HELM_OPERATOR_GAUGES } from './metrics/helm-operator-gauges.ts';
import { createOperatorEvents, type OperatorEvents } from './metrics/operator-events.ts';
import { OPERATOR_GAUGES } from './metrics/operator-gauges.ts';
import {
  createReleaseCounters,
  type ReleaseCounters,
  type ReleaseLabels,
} from './metrics/release-counters.ts';
import { RELEASE_FAILURE_GAUGES } from './metrics/release-failure-gauges.ts';
import { RELEASE_GAUGES } from './metrics/release-gauges.ts';
import { createReleasePasses, type ReleasePasses } from './metrics/release-passes.ts';
import { RELEASE_TIMES } from './metrics/release-times.ts';
import { SOURCE_ANSWERS } from './metrics/source-answers.ts';
import { type MetricSources, NO_SOURCES, read, type Reading } from './metrics/sources.ts';
import { createSyncCounters, type SyncCounters, type SyncLabels } from './metrics/sync-counters.ts';
import { SYNC_GAUGES } from './metrics/sync-gauges.ts';

/**
 * Every metric of the program, made once and handed to whoever counts. `flux_*` are the names of Helm Operator,
 * `helmrelease_*` tell of one HelmRelease each, `helm_release_operator_*` of the operator itself.
 */
export interface Metrics
  extends
    OperatorEvents,
    Pick<ReleaseCounters, 'releaseFailed' | 'releaseRolledBack' | 'readinessLost'>,
    Pick<ReleasePasses, 'releasePassed'>,
    Pick<SyncCounters, 'syncCorrected'>,
    Pick<ActionDurations, 'actionEnded'> {
  /** Connects the gauges with the parts that they show; until then they are empty. */
  readonly readFrom: (sources: Partial<MetricSources>) => void;
  /** Takes away, with the next scrape, all series of a HelmRelease that is gone. */
  readonly forgetRelease: (release: GoneRelease) => void;
  /** Takes away what was counted of a GitSync that is gone, or stands for another one of its name. */
  readonly forgetSync: (sync: SyncLabels) => void;
  /** The exposition in Prometheus' text format, in pieces of some ten kilobytes. */
  readonly exposition: () => AsyncIterable<string>;
  /** The same in one piece. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  /** Adds `process_*` and `nodejs_*` (with the event loop's lag); these run as long as the process does. */
  readonly process?: boolean;
}

export function createMetrics({ process = false }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (process) collectDefaultMetrics({ register: registry });
  const counters = createReleaseCounters();
  const durations = createActionDurations();
  const actions = createActionCounters();
  const syncCounters = createSyncCounters();
  const passes = createReleasePasses();
  const families = [
    ...HELM_OPERATOR_GAUGES,
    ...durations.families,
    ...RELEASE_GAUGES,
    ...RELEASE_FAILURE_GAUGES,
    ...RELEASE_TIMES,
    ...passes.families,
    ...counters.families,
    ...SYNC_GAUGES,
    ...syncCounters.families,
    ...actions.families,
    ...OPERATOR_GAUGES,
    ...SOURCE_ANSWERS,
    ...CREDENTIAL_GAUGES,
    ...CHART_STORE_FAMILIES,
  ];
  const named = {
    forget: (release: ReleaseLabels): void => {
      for (const series of [counters, passes]) series.forget(release);
    },
  };
  const forgotten = createForgotten(named, durations);
  let sources = NO_SOURCES;
  const exposition = (): AsyncIterable<string> => {
    const reading = read(sources);
    forgotten.sweep(reading);
    return expose(registry, families, reading);
  };

  return {
    ...createOperatorEvents(registry),
    releaseFailed: counters.releaseFailed,
    releaseRolledBack: counters.releaseRolledBack,
    readinessLost: counters.readinessLost,
    releasePassed: passes.releasePassed,
    actionEnded: (end) => {
      durations.actionEnded(end);
      actions.actionEnded(end);
    },
    syncCorrected: syncCounters.syncCorrected,
    forgetSync: syncCounters.forget,
    forgetRelease: (gone) => {
      forgotten.add(gone);
      if (forgotten.size % MAX_FORGOTTEN === 0) forgotten.sweep(read(sources)); // nobody scrapes
    },
    readFrom: (added) => {
      sources = { ...sources, ...added };
    },
    exposition,
    text: async () => {
      let text = '';
      for await (const piece of exposition()) text += piece;
      return text;
    },
    contentType: registry.contentType,
  };
}

const MAX_FORGOTTEN = 1_000;
const PIECE = 64_000;

/** Gives way to everything else after each piece: with thousands of releases there are many megabytes of text. */
async function* expose(registry: Registry, families: readonly Family[], reading: Reading) {
  // prom-client writes Nan, which the format does not know.
  let piece = `${(await registry.metrics()).trimEnd().replace(/ Nan$/gm, ' NaN')}\n`;
  for (const family of families) {
    for (const line of familyLines(family, reading)) {
      piece += line;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
      await setImmediate();
    }
  }
  if (piece !== '') yield piece;
}
