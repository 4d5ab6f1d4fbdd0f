import { keyOf, parseKey } from '../api/metadata.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { CredentialWatch } from './credential-watch.ts';
import type { Environment } from './environment.ts';
import type { Leadership } from './leadership.ts';
import type { Parts } from './parts.ts';
import { hasLostReadiness } from './readiness.ts';
import { forgottenLabels } from './release-controller.ts';
import { snapshotsOf } from './snapshots.ts';
import { resyncSecondsOf, sourceAnswersOf } from './source-answers.ts';

export interface MetricParts extends Pick<Parts, 'cluster' | 'charts' | 'slots'> {
  readonly queue: WorkQueue;
  readonly leadership: Pick<Leadership, 'isLeading'>;
  readonly credentials: Pick<CredentialWatch, 'lives'>;
}

/** Connects the metrics with what they tell of. */
export function connectMetrics(
  { cluster, charts, slots, queue, leadership, credentials }: MetricParts,
  { config, clock, metrics }: Environment,
): void {
  const { releases } = cluster.watched;
  metrics.readFrom({
    queue: () => ({
      length: queue.length,
      oldestSeconds: queue.oldestWaitMs() / 1000,
      working: queue.working,
    }),
    helm: () =>
      Object.entries(slots.pools).map(([pool, { inUse, waiting, size }]) => ({
        pool,
        running: inUse,
        waiting,
        slots: size,
      })),
    informers: () => cluster.watchStates(),
    // Of two that tell of the same releases every sum would be doubled.
    releases: () => (leadership.isLeading() ? snapshotsOf(releases.store.values()) : []),
    leading: () => leadership.isLeading(),
    chartSources: () => charts.stats().sources,
    sourceAnswers: () => sourceAnswersOf(charts.answers(), clock),
    credentials: () => credentials.lives(),
    resyncSeconds: () => resyncSecondsOf(config),
    chartStore: () => {
      const { store, receivedBytes } = charts.stats();
      return { ...store, receivedBytes };
    },
  });
  releases.onChange((change) => {
    if (change.kind === 'deleted') metrics.forgetRelease(forgottenLabels(change.object));
    if (change.kind === 'updated' && hasLostReadiness(change.previous, change.object))
      metrics.readinessLost(parseKey(keyOf(change.object)));
  });
}
