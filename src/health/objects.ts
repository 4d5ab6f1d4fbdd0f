import { load } from 'js-yaml';
import type { Described } from './described.ts';
import { scanDocument } from './scan-document.ts';

/** Names one object in the cluster. No namespace for the kinds of Kubernetes that live in none. */
export type ObjectRef = Described;

/** No release that Helm can store comes near; the rest of an absurd one is not looked at. */
const MAX_OBJECTS = 10_000;

/** Kinds without a namespace. One of a chart's own kinds may be of that sort too: then the namespace says nothing. */
const CLUSTER_KINDS: ReadonlySet<string> = new Set(
  (
    'APIService CertificateSigningRequest ClusterRole ClusterRoleBinding CSIDriver CSINode CustomResourceDefinition ' +
    'DeviceClass FlowSchema IngressClass IPAddress MutatingAdmissionPolicy MutatingAdmissionPolicyBinding ' +
    'MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass PriorityLevelConfiguration ' +
    'ResourceSlice RuntimeClass ServiceCIDR StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ' +
    'ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass'
  ).split(' '),
);

/**
 * The objects of a release, from the manifest that Helm stores (hooks are not in it). Items of a `List` count singly, as
 * they do for Helm. What cannot be read is left out: whether a manifest is any good is for Helm to say.
 */
export function objectsOf(manifest: string, releaseNamespace: string): readonly ObjectRef[] {
  const objects: ObjectRef[] = [];
  for (const document of manifest.split(/^---(?:[ \t].*)?\r?$/m)) {
    for (const described of describedIn(document)) {
      if (objects.length === MAX_OBJECTS) return objects;
      const namespace = CLUSTER_KINDS.has(described.kind)
        ? undefined
        : (described.namespace ?? releaseNamespace);
      objects.push({ ...described, namespace });
    }
  }
  return objects;
}

/** Nearly every document is read by a scan of its lines, many times quicker than by parsing it. */
function describedIn(document: string): readonly Described[] {
  const scanned = scanDocument(document);
  if (scanned === 'nothing') return [];
  if (scanned !== 'unsure') return [scanned];
  try {
    return flatten(load(document, { json: true, maxAliases: 1_000 }));
  } catch {
    return [];
  }
}

interface Loose {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } | null;
  readonly items?: unknown;
}

function flatten(value: unknown): readonly Described[] {
  const { kind, items } = isObject(value) ? value : {};
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
  return (isList ? (items as unknown[]) : [value])
    .map(describe)
    .filter((described) => described !== undefined);
}

function describe(value: unknown): Described | undefined {
  if (!isObject(value)) return undefined;
  const { apiVersion, kind, metadata } = value;
  const { name, namespace } = metadata ?? {};
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string')
    return undefined;
  const isGiven = typeof namespace === 'string' && namespace !== '';
  return { apiVersion, kind, namespace: isGiven ? namespace : undefined, name };
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null;
}
