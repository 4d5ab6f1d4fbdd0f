import type { Storage } from '../../helm/storage/storage.ts';
import type { Pass } from '../pass.ts';

export interface Condemned {
  readonly revision: number;
  /** The last revision that worked: Helm's pruning and its next merge rely on one that is called deployed. */
  readonly restore: number | undefined;
}

/**
 * Writes into Helm's storage what `helm --wait` would have left: this revision failed, the last good one is deployed.
 * The good one comes first: killed between the two, the release has two deployed revisions, of which Helm takes the newer.
 */
export async function condemn(
  pass: Pass,
  { revision, restore }: Condemned,
  why: string,
  { storage }: { readonly storage: Pick<Storage, 'mark'> },
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  if (restore !== undefined) {
    await storage.mark(namespace, releaseName, restore, { status: 'deployed' }, pass.signal);
  }
  await storage.mark(
    namespace,
    releaseName,
    revision,
    { status: 'failed', description: `Release "${releaseName}" failed: ${why}` },
    pass.signal,
  );
}
