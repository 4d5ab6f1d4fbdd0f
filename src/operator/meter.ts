import { parseKey } from '../api/metadata.ts';
import type { Meter } from '../release/record/meter.ts';
import type { SyncMeter } from '../sync/record/meter.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Counts what releases do, by the names that the metrics have for them. */
export function createMeter(metrics: Metrics): Meter {
  return {
    actionEnded: ({ releaseName, namespace }, end) => {
      metrics.actionEnded({ releaseName, targetNamespace: namespace, ...end });
    },
    failed: (key) => {
      metrics.releaseFailed(parseKey(key));
    },
    rolledBack: (key) => {
      metrics.releaseRolledBack(parseKey(key));
    },
  };
}

export function createSyncMeter(metrics: Pick<Metrics, 'syncCorrected'>): SyncMeter {
  return {
    corrected: (key, objects) => {
      metrics.syncCorrected(parseKey(key), objects);
    },
  };
}
