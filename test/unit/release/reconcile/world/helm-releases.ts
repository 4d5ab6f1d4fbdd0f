import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../../../src/api/helm-release.ts';
import {
  API_VERSION,
  FINALIZER,
  KIND,
  MIGRATE_ANNOTATION,
  RECONCILE_AT_ANNOTATION,
  UNINSTALL_LEFT_BEHIND_ANNOTATION,
} from '../../../../../src/api/names.ts';
import { statusSchema } from '../../../../../src/api/schema/status.ts';
import type { FinalizerPorts } from '../../../../../src/release/admit/finalizer.ts';
import type { StatusWriter } from '../../../../../src/kube/status-writer.ts';
import type { Effects, Lifetime } from './lifetime.ts';

/** The HelmRelease of a world, as the API server holds it. */
export interface Subject {
  readonly get: () => HelmRelease;
  /** An edit by a person: a new generation. */
  readonly edit: (change: Partial<HelmReleaseSpec>) => void;
  readonly annotate: (token: string) => void;
  readonly askToMigrate: () => void;
  /** Names releases in the annotation that has them uninstalled. */
  readonly giveUp: (leftBehind: string) => void;
  /** As an operator before us left it. */
  readonly setStatus: (status: HelmReleaseStatus) => void;
  readonly delete: () => void;
  /** As nobody has held it yet. */
  readonly letGo: () => void;
  /** Every status that was written, in order. */
  readonly written: readonly HelmReleaseStatus[];
  readonly writeStatus: StatusWriter<HelmRelease>;
  readonly releases: FinalizerPorts['releases'];
}

export const BORN = '2026-01-01T00:00:00Z';

export function createSubject(
  spec: Partial<HelmReleaseSpec>,
  lifetime: () => Lifetime,
  effects: Effects,
): Subject {
  let release: HelmRelease = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'the-uid',
      generation: 1,
      creationTimestamp: BORN,
      finalizers: [FINALIZER],
    },
    spec: {
      chart: { git: 'https://git.example/charts', path: 'web', ref: 'main' },
      releaseName: 'web',
      timeout: 60,
      ...spec,
    },
  };
  const written: HelmReleaseStatus[] = [];
  const withMetadata = (metadata: Partial<HelmRelease['metadata']>): HelmRelease => {
    release = { ...release, metadata: { ...release.metadata, ...metadata } };
    return release;
  };
  const withAnnotation = (name: string, value: string): HelmRelease =>
    withMetadata({ annotations: { ...release.metadata.annotations, [name]: value } });
  return {
    get: () => release,
    edit: (change) => {
      withMetadata({ generation: (release.metadata.generation ?? 0) + 1 });
      release = { ...release, spec: { ...release.spec, ...change } };
    },
    askToMigrate: () => withAnnotation(MIGRATE_ANNOTATION, 'true'),
    annotate: (token) => withAnnotation(RECONCILE_AT_ANNOTATION, token),
    giveUp: (leftBehind) => withAnnotation(UNINSTALL_LEFT_BEHIND_ANNOTATION, leftBehind),
    setStatus: (status) => {
      release = { ...release, status };
    },
    letGo: () => withMetadata({ finalizers: [] }),
    delete: () => withMetadata({ deletionTimestamp: BORN }),
    written,
    writeStatus: async ({ metadata: { namespace, name } }, status) => {
      lifetime().effect();
      if (namespace !== release.metadata.namespace || name !== release.metadata.name)
        throw new Error(`there is no HelmRelease ${namespace ?? ''}/${name}`);
      effects.push('status');
      // As the API server keeps it: what the schema does not know is dropped.
      release = { ...release, status: statusSchema.parse(JSON.parse(JSON.stringify(status))) };
      written.push(release.status ?? {});
      return await Promise.resolve(release);
    },
    releases: {
      mergePatch: async (_ref, patch) => {
        lifetime().effect();
        effects.push('finalizers');
        return await Promise.resolve(withMetadata((patch as Pick<HelmRelease, 'metadata'>).metadata));
      },
    },
  };
}
