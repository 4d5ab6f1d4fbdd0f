import { isOlder } from '../../kube/watch/resource-version.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { formatTarget } from '../plan.ts';

/** What is known of a release's revisions, oldest first: from the watch for free, or from the server. */
export interface Revisions {
  /** From the watch; undefined while the watch lags behind what the server has already told us. */
  readonly watched: (target: ReleaseTarget) => readonly RevisionRecord[] | undefined;
  readonly fresh: (target: ReleaseTarget, signal: AbortSignal) => Promise<readonly RevisionRecord[]>;
  readonly forget: (target: ReleaseTarget) => void;
}

/** The newest revision that the server has told of, per release: a watch that does not know it as it was is behind. */
export type ToldRevisions = Map<string, RevisionRecord>;

export function createRevisions(
  storage: Pick<Storage, 'list'>,
  /** Undefined where nothing is watched. */
  watched: (target: ReleaseTarget) => readonly RevisionRecord[] | undefined,
  told: ToldRevisions = new Map(),
): Revisions {
  return {
    watched: (target) => {
      const records = watched(target);
      return isBehind(records?.at(-1), told.get(formatTarget(target))) ? undefined : records;
    },
    fresh: async (target, signal) => {
      const records = await storage.list(target.namespace, target.releaseName, signal);
      const newest = records.at(-1);
      if (newest === undefined) told.delete(formatTarget(target));
      else told.set(formatTarget(target), newest);
      return records;
    },
    forget: (target) => {
      told.delete(formatTarget(target));
    },
  };
}

function isBehind(watched: RevisionRecord | undefined, told: RevisionRecord | undefined): boolean {
  if (told === undefined) return false;
  if (watched === undefined || watched.revision < told.revision) return true;
  return watched.revision === told.revision && isOlder(watched.resourceVersion, told.resourceVersion);
}
