import type { GitSync } from '../../api/gitsync/git-sync.ts';
import { CONFIRM_PRUNE_ANNOTATION } from '../../api/names.ts';

/**
 * Whether there is nothing to do for a revision: it is in the cluster as this spec wants it, or it has failed in a way that
 * only another input can help, or whose next try is not due.
 */
export function isSettled({ metadata, status = {} }: GitSync, revision: string, now: Date): boolean {
  const { failure, appliedRevision, attemptedRevision, heldPrune, observedGeneration } = status;
  if (observedGeneration !== metadata.generation || attemptedRevision !== revision) return false;
  // That of another revision says nothing of this one, which may have been begun and not ended.
  if (failure?.revision === revision) {
    const isConfirmedNow = failure.step === 'prune' && isConfirmed(metadata.annotations, revision);
    return !isDue(failure.nextTry, now) && !isConfirmedNow;
  }
  if (appliedRevision !== revision) return false;
  return heldPrune === undefined || !isConfirmed(metadata.annotations, revision);
}

/** What is held for one revision is not confirmed for another. A person may name the revision, or its commit. */
export function isConfirmed(
  annotations: Readonly<Record<string, string>> | undefined,
  revision: string,
): boolean {
  const confirmed = annotations?.[CONFIRM_PRUNE_ANNOTATION]?.trim();
  return confirmed !== undefined && (confirmed === revision || confirmed === revision.split(':').at(-1));
}

function isDue(nextTry: string | undefined, now: Date): boolean {
  return nextTry !== undefined && Date.parse(nextTry) <= now.getTime();
}
