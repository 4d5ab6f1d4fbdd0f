import type { GitSync } from '../api/gitsync/git-sync.ts';
import type { SyncSnapshot } from '../telemetry/metrics/sources.ts';

/** What the metrics show of each GitSync. */
export function* syncSnapshotsOf(syncs: Iterable<GitSync>): Iterable<SyncSnapshot> {
  for (const sync of syncs) yield snapshotOf(sync);
}

function snapshotOf({ metadata, spec, status = {} }: GitSync): SyncSnapshot {
  const { appliedAt, conditions = [], inventory, heldPrune, sourceFailingSince: failing } = status;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ready: conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    suspended: spec.suspend ?? false,
    appliedAt: appliedAt === undefined ? undefined : Date.parse(appliedAt) / 1000,
    objects: inventory?.count ?? 0,
    heldPrunes: heldPrune?.count ?? 0,
    sourceFailingSince: failing === undefined ? undefined : Date.parse(failing) / 1000,
  };
}
