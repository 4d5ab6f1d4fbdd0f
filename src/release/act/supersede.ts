import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { Pass } from '../pass.ts';

/** One revision is the deployed one. Helm only logs it when it could not write that the one before is so no more. */
export async function supersede(
  pass: Pass,
  records: readonly RevisionRecord[],
  deployed: number,
  { storage }: { readonly storage: Pick<Storage, 'mark'> },
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  for (const { revision, status } of records) {
    if (revision === deployed || status !== 'deployed') continue;
    await storage.mark(namespace, releaseName, revision, { status: 'superseded' }, pass.signal);
  }
}
