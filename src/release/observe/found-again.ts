import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { kubeTime } from '../../api/time.ts';
import { lockLimitMs } from '../decide/lock.ts';
import { isTestHook } from './hooks.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { entryOf, historyOf } from './history.ts';

/** A revision, and when Helm last wrote it. */
export type DatedRevision = Pick<RevisionRecord, 'revision' | 'uid' | 'createdAtMs' | 'modifiedAtMs'>;

/**
 * Begins anew with a revision that our marks say we made, and of which status says nothing: the HelmRelease stood for
 * another release in between, or its status was lost. Nobody knows whether it ever became ready, so it is awaited as if
 * it had just been made, and tested unless Helm knows that it was.
 */
export function beginAgain(
  status: HelmReleaseStatus,
  { digest }: Pick<Plan, 'digest'>,
  revision: number,
  now: Date,
): HelmReleaseStatus {
  if (status.operation?.toRevision === revision || entryOf(historyOf(status), revision) !== undefined)
    return status;
  const operation = {
    action: 'upgrade' as const,
    cause: 'Adopted',
    digest,
    fromRevision: revision - 1,
    toRevision: revision,
    startedAt: kubeTime(now),
  };
  return { ...status, operation };
}

/**
 * Whether a revision that is not ready was found again so long after it was made that it may well have been ready for
 * months: a cluster was restored without statuses, and its pods take their time. That is no reason to undo it.
 */
export function isOld(
  { operation }: HelmReleaseStatus,
  { settings }: Plan,
  { revision, createdAtMs, modifiedAtMs }: DatedRevision,
): boolean {
  if (operation?.cause !== 'Adopted' || operation.toRevision !== revision) return false;
  const writtenAtMs = modifiedAtMs ?? createdAtMs ?? Number.POSITIVE_INFINITY;
  return Date.parse(operation.startedAt) - writtenAtMs > lockLimitMs(settings.timeoutMs);
}

/** What Helm knows of the tests of a revision that was found again; undefined where they are still to be run. */
export async function testedBefore(
  { status, target: { namespace, releaseName }, signal }: Pass,
  { settings }: Plan,
  revision: number,
  { storage }: { readonly storage: Pick<Storage, 'read'> },
): Promise<'Tested' | 'TestFailed' | undefined> {
  if (status().operation?.cause !== 'Adopted') return undefined;
  const stored = await storage.read(namespace, releaseName, revision, signal);
  const tests = stored?.hooks.filter(isTestHook).map(({ lastRun }) => lastRun.phase);
  if (tests === undefined) return undefined;
  if (tests.every((phase) => phase === 'Succeeded')) return 'Tested';
  const ended = tests.every((phase) => phase === 'Succeeded' || phase === 'Failed');
  return ended && settings.test.ignoreFailures ? 'TestFailed' : undefined;
}
