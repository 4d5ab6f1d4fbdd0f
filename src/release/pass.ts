import type { HelmRelease, HelmReleaseStatus } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { uninstallSettingsOf } from '../api/settings.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RecordContext } from './record/context.ts';
import { createStatusDraft } from '../kube/status-draft.ts';
import type { StatusDraft } from '../kube/status-draft.ts';
import type { StatusWriter } from '../kube/status-writer.ts';
import { UNWATCHED } from '../kube/vigil.ts';
import type { Lifeline } from '../kube/vigil.ts';

/** One look at one HelmRelease: what it asks for, and what we have written about it so far. */
export interface Pass extends Pick<StatusDraft<HelmRelease, RecordContext>, 'note' | 'save' | 'take'> {
  readonly key: string;
  readonly target: ReleaseTarget;
  /** The generation that the pass has read. */
  readonly generation: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly lifeline: Lifeline;
  /** As it was read: what is wanted is all of this one, while `release` may be newer after a write. */
  readonly read: HelmRelease;
  readonly release: () => HelmRelease;
  readonly status: () => HelmReleaseStatus;
  readonly now: () => Date;
}

export function createPass(
  release: HelmRelease,
  ports: { readonly writeStatus: StatusWriter<HelmRelease>; readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
  lifeline: Lifeline = UNWATCHED,
): Pass {
  const generation = release.metadata.generation ?? 0;
  const { releaseName, namespace } = uninstallSettingsOf(release);
  const context = (): RecordContext => ({
    // The generation this pass has read: a newer one that arrives meanwhile is not yet observed.
    observedGeneration: generation,
    releaseName,
    targetNamespace: namespace,
    now: ports.clock.now(),
    ignoreTestFailures: release.spec.test?.ignoreFailures ?? false,
  });
  const { writeStatus } = ports;
  const draft = createStatusDraft(release, { writeStatus, context, signal, lifeline });
  return {
    key: keyOf(release),
    target: { releaseName, namespace },
    generation,
    signal,
    lifeline,
    // The fields of 1.4.4, which people's log queries know; helmVersion is that of the HelmRelease, which knew v2 too.
    log: ports.log.child({
      component: 'release',
      helmVersion: 'v3',
      resource: `${release.metadata.namespace ?? ''}:helmrelease/${release.metadata.name}`,
      release: releaseName,
      targetNamespace: namespace,
    }),
    read: release,
    release: draft.object,
    status: draft.status,
    now: () => ports.clock.now(),
    note: draft.note,
    save: draft.save,
    take: draft.take,
  };
}
