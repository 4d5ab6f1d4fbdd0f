import type { HelmReleaseStatus, Operation } from '../../api/helm-release.ts';
import { kubeTime } from '../../api/time.ts';
import { inProgress } from '../../api/standing.ts';
import type { RecordContext } from './context.ts';

/** Written before a release is uninstalled for good. */
export function uninstalling(
  status: HelmReleaseStatus,
  {
    revision,
    digest,
    because,
  }: { readonly revision: number; readonly digest: string; readonly because: string },
  context: RecordContext,
): HelmReleaseStatus {
  const { releaseName, targetNamespace, observedGeneration, now } = context;
  const message = `uninstalling release ${targetNamespace}/${releaseName}: ${because}`;
  const operation = uninstallOperation(revision, digest, now);
  return inProgress({ ...status, operation, observedGeneration }, message, context);
}

/** Written before helm is told to uninstall a release: what is found half uninstalled later is known as ours by it. */
export function uninstallOperation(revision: number, digest: string, now: Date): Operation {
  return {
    action: 'uninstall',
    digest,
    fromRevision: revision,
    toRevision: revision,
    startedAt: kubeTime(now),
  };
}

/** The newest revision of the release when we began to uninstall it; undefined if we did not. */
export function uninstallBegunAt({ operation }: HelmReleaseStatus): number | undefined {
  return operation?.action === 'uninstall' ? operation.toRevision : undefined;
}

/** What was begun is over, or never came to anything, when Helm does not call the release half uninstalled. */
export function withoutEndedUninstall(
  status: HelmReleaseStatus,
  newest: { readonly status: string } | undefined,
): HelmReleaseStatus {
  if (newest?.status === 'uninstalling' || uninstallBegunAt(status) === undefined) return status;
  const { operation: _over, ...rest } = status;
  return rest;
}
