import { SYNC_NAME_LABEL, SYNC_NAMESPACE_LABEL } from '../../api/names.ts';
import { formatKey } from '../../api/metadata.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** Whose an object is, if it is not ours: another GitSync's, or that of a Helm release. */
export interface Owner {
  readonly kind: 'sync' | 'release';
  /** `namespace/name`. */
  readonly key: string;
}

const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
const RELEASE_NAME_ANNOTATION = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE_ANNOTATION = 'meta.helm.sh/release-namespace';

/**
 * Reads it from the object as it stands, or as it would be after our apply: then it has our labels, and what is left
 * to be seen is helm's.
 */
export function foreignOwner({ metadata: there }: KubeObject, wanted: KubeObject): Owner | undefined {
  const { labels: ours = {}, annotations: written } = wanted.metadata;
  const { labels = {}, annotations = {} } = there;
  const name = labels[SYNC_NAME_LABEL];
  const namespace = labels[SYNC_NAMESPACE_LABEL] ?? '';
  if (name !== undefined && (name !== ours[SYNC_NAME_LABEL] || namespace !== ours[SYNC_NAMESPACE_LABEL])) {
    return { kind: 'sync', key: formatKey({ namespace, name }) };
  }
  const release = annotations[RELEASE_NAME_ANNOTATION];
  // Somebody may want it to pass for helm's one day: then Git itself says so.
  if (release === undefined || written?.[RELEASE_NAME_ANNOTATION] !== undefined) return undefined;
  if (labels[MANAGED_BY_LABEL] !== 'Helm') return undefined;
  const releaseNamespace = annotations[RELEASE_NAMESPACE_ANNOTATION] ?? there.namespace ?? '';
  return { kind: 'release', key: formatKey({ namespace: releaseNamespace, name: release }) };
}
