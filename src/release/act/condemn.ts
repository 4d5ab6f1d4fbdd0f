import { trailSentence } from '../../api/trail.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import type { Pass } from '../pass.ts';

export interface Condemned {
  readonly revision: number;
  /** The last revision that worked: Helm's pruning and its next merge rely on one that is called deployed. */
  readonly restore: number | undefined;
}

export interface CondemnPorts {
  readonly storage: Pick<Storage, 'mark'>;
}

/** Writes into Helm's storage what `helm --wait` would have left: this revision failed, the last good one is deployed. */
export async function condemn(
  pass: Pass,
  condemned: Condemned,
  why: string,
  ports: CondemnPorts,
): Promise<void> {
  await markFailed(pass, condemned, `Release "${pass.target.releaseName}" failed: ${why}`, ports);
}

/**
 * The good one comes first: killed between the two, the release has two deployed revisions, of which Helm takes the
 * newer.
 */
export async function markFailed(
  { target: { namespace, releaseName }, signal, status }: Pass,
  { revision, restore }: Condemned,
  description: string,
  { storage }: CondemnPorts,
): Promise<void> {
  if (restore !== undefined) {
    await storage.mark(namespace, releaseName, restore, { status: 'deployed' }, signal);
  }
  const trail = entryOf(historyOf(status()), revision)?.trail;
  const said = trail === undefined ? description : `${description}; ${trailSentence(trail)}`;
  await storage.mark(namespace, releaseName, revision, { status: 'failed', description: said }, signal);
}
