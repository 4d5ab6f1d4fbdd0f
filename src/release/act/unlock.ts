import type { Storage } from '../../helm/storage/storage.ts';
import type { Pass } from '../pass.ts';

/** Ends the lock that a killed helm left behind: the revision is called failed, in body and label. */
export async function unlock(
  pass: Pass,
  revision: number,
  { storage }: { readonly storage: Pick<Storage, 'mark'> },
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  pass.log.warn('unlocking a release whose helm was interrupted', { revision });
  await storage.mark(
    namespace,
    releaseName,
    revision,
    { status: 'failed', description: 'interrupted: the helm process that made this revision is gone' },
    pass.signal,
  );
}
