import { isDeepStrictEqual } from 'node:util';
import type { HelmRelease, HelmReleaseStatus } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { uninstallSettingsOf } from '../api/settings.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { WriteOptions } from '../kube/resource.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RecordContext } from './record/context.ts';
import type { StatusWriter } from '../kube/status-writer.ts';
import { UNWATCHED } from '../kube/vigil.ts';
import type { Lifeline } from '../kube/vigil.ts';

/** One look at one HelmRelease: what it asks for, and what we have written about it so far. */
export interface Pass {
  readonly key: string;
  readonly target: ReleaseTarget;
  /** The generation that the pass has read. */
  readonly generation: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly lifeline: Lifeline;
  readonly release: () => HelmRelease;
  readonly status: () => HelmReleaseStatus;
  readonly now: () => Date;
  /** Changes the status without writing it: the next write takes it along. */
  readonly note: (change: StatusChange) => void;
  /** Changes the status and writes it, if anything of it is news. */
  readonly save: (change?: StatusChange, how?: WriteOptions) => Promise<void>;
  /** Goes on with the object as it was written otherwise; the status stays as it is here. */
  readonly take: (written: HelmRelease) => void;
}

export type StatusChange = (status: HelmReleaseStatus, context: RecordContext) => HelmReleaseStatus;

export function createPass(
  release: HelmRelease,
  ports: { readonly writeStatus: StatusWriter<HelmRelease>; readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
  lifeline: Lifeline = UNWATCHED,
): Pass {
  let current = release;
  let draft = release.status ?? {};
  const generation = release.metadata.generation ?? 0;
  const { releaseName, namespace } = uninstallSettingsOf(release);
  const note = (change: StatusChange): void => {
    draft = change(draft, {
      // The generation this pass has read: a newer one that arrives meanwhile is not yet observed.
      observedGeneration: generation,
      releaseName,
      targetNamespace: namespace,
      now: ports.clock.now(),
      ignoreTestFailures: release.spec.test?.ignoreFailures ?? false,
    });
  };
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
    release: () => current,
    status: () => draft,
    now: () => ports.clock.now(),
    note,
    take: (written) => {
      current = written;
    },
    save: async (change = unchanged, how) => {
      lifeline.alive();
      note(change);
      if (isDeepStrictEqual(current.status ?? {}, draft)) return;
      current = await ports.writeStatus(current, draft, signal, how);
      draft = current.status ?? {};
    },
  };
}

function unchanged(status: HelmReleaseStatus): HelmReleaseStatus {
  return status;
}
