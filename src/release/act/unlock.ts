import type { Storage } from '../../helm/storage/storage.ts';
import type { Pass } from '../pass.ts';
import type { Condemned } from './condemn.ts';

/**
 * Ends the lock that a killed helm left behind: the revision is called failed, in body and label. Killed in its very last
 * moment, helm has already superseded the revision before it, and would take the failed one for what is deployed.
 */
export async function unlock(
  pass: Pass,
  { revision, restore }: Condemned,
  { storage }: { readonly storage: Pick<Storage, 'mark'> },
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  pass.log.warn('unlocking a release whose helm was interrupted', { revision });
  if (restore !== undefined) {
    await storage.mark(namespace, releaseName, restore, { status: 'deployed' }, pass.signal);
  }
  await storage.mark(
    namespace,
    releaseName,
    revision,
    { status: 'failed', description: 'interrupted: the helm process that made this revision is gone' },
    pass.signal,
  );
}
