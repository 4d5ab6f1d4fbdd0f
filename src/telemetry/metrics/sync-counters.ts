import { counterFamily, type Family } from './exposition.ts';

/** The GitSync that an event belongs to. */
export interface SyncLabels {
  readonly namespace: string;
  readonly name: string;
}

export interface SyncCounters {
  /** Objects that somebody had changed by hand were put back as Git has them. */
  readonly syncCorrected: (sync: SyncLabels, objects: number) => void;
  readonly forget: (sync: SyncLabels) => void;
  readonly families: readonly Family[];
}

/** Every GitSync has its series, from 0 on: Prometheus sees an increase only in a series that it knows. */
export function createSyncCounters(): SyncCounters {
  const corrections = new Map<string, number>();
  return {
    syncCorrected: (sync, objects) => {
      corrections.set(keyOf(sync), (corrections.get(keyOf(sync)) ?? 0) + objects);
    },
    forget: (sync) => {
      corrections.delete(keyOf(sync));
    },
    families: [
      counterFamily(
        'helm_release_operator_gitsync_corrections_total',
        'Objects of a GitSync that were put back after a change by hand since the operator started.',
        function* ({ syncs }) {
          for (const { namespace, name } of syncs)
            yield [{ namespace, name }, corrections.get(keyOf({ namespace, name })) ?? 0];
        },
      ),
    ],
  };
}

function keyOf({ namespace, name }: SyncLabels): string {
  return `${namespace}/${name}`;
}
