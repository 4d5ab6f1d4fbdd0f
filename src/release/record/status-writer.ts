import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import { isConflict } from '../../kube/errors.ts';
import type { Resource, WriteOptions } from '../../kube/resource.ts';
import type { Store } from '../../kube/store.ts';

/** Writes a status and returns the object as the server has it now. */
export type StatusWriter = (
  release: HelmRelease,
  status: HelmReleaseStatus,
  signal: AbortSignal,
  how?: WriteOptions,
) => Promise<HelmRelease>;

const MAX_CONFLICTS = 5;

/**
 * The status is ours alone, so a conflict means that somebody changed the rest: take theirs, put ours on it. What was
 * written goes into the cache at once: no later pass may run on anything older.
 */
export function createStatusWriter(
  releases: Resource<HelmRelease>,
  store: Pick<Store<HelmRelease>, 'upsert'>,
): StatusWriter {
  return async (release, status, signal, how) => {
    let base = release;
    for (let conflicts = 0; ; conflicts++) {
      try {
        const written = await releases.replaceStatus({ ...base, status }, signal, how);
        store.upsert(written);
        return written;
      } catch (error) {
        if (!isConflict(error) || conflicts >= MAX_CONFLICTS) throw error;
        base = await refetch(releases, base, error, signal);
      }
    }
  };
}

async function refetch(
  releases: Resource<HelmRelease>,
  { metadata }: HelmRelease,
  conflict: unknown,
  signal: AbortSignal,
): Promise<HelmRelease> {
  const { name, namespace = '' } = metadata;
  const found = await releases.get({ namespace, name }, signal);
  if (found === undefined || found.metadata.uid !== metadata.uid) throw conflict;
  return found;
}
