import { type Family, gaugeFamily, type Sample } from './exposition.ts';
import type { SyncSnapshot } from './sources.ts';

/** `helm_release_operator_gitsync_*`: the state of each GitSync. */
export const SYNC_GAUGES: readonly Family[] = [
  perSync('ready', '1 if the GitSync is ready, else 0.', ({ ready }) => (ready ? 1 : 0)),
  perSync('suspended', '1 if the GitSync is suspended, else 0.', ({ suspended }) => (suspended ? 1 : 0)),
  perSync(
    'applied_timestamp_seconds',
    'When the revision that is applied came into the cluster as a whole.',
    ({ appliedAt }) => appliedAt,
  ),
  perSync('objects', 'Objects that the GitSync keeps.', ({ objects }) => objects),
  perSync(
    'held_prunes',
    'Objects that left Git and are not deleted before a person says so.',
    ({ heldPrunes }) => heldPrunes,
  ),
  perSync(
    'source_failing_since_timestamp_seconds',
    'Since when the repository of the GitSync cannot be read; there is no series while it can.',
    ({ sourceFailingSince }) => sourceFailingSince,
  ),
];

function perSync(name: string, help: string, value: (sync: SyncSnapshot) => number | undefined): Family {
  return gaugeFamily(`helm_release_operator_gitsync_${name}`, help, ({ syncs }) =>
    syncs.flatMap((sync): readonly Sample[] => {
      const now = value(sync);
      return now === undefined ? [] : [[{ namespace: sync.namespace, name: sync.name }, now]];
    }),
  );
}
