import { ANTECEDENT_ANNOTATION } from '../../api/names.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import type { ObjectRef } from '../../health/objects.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { Resource } from '../../kube/resource.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { ReadPayload } from './payloads.ts';

/** The key of the HelmRelease for which Helm Operator 1.4.4 released it, as the release's objects say; undefined if none does. */
export type AntecedentOf = (
  target: ReleaseTarget,
  of: Pick<RevisionRecord, 'revision' | 'uid'>,
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface AntecedentPorts {
  readonly readPayload: ReadPayload;
  readonly typeOf: (
    apiVersion: string,
    kind: string,
    signal: AbortSignal,
  ) => Promise<ResourceType | undefined>;
  /** Asks for metadata only. */
  readonly metadataOf: (type: ResourceType) => Pick<Resource<KubeObject>, 'get'>;
}

/** 1.4.4 annotated all objects or, where it failed, those of whole namespaces not: more looks would say the same. */
const MAX_LOOKS = 5;

export function createAntecedentOf(ports: AntecedentPorts): AntecedentOf {
  return async (target, of, signal) => {
    const payload = await ports.readPayload(target, of, signal);
    for (const ref of payload?.objects.slice(0, MAX_LOOKS) ?? []) {
      const key = antecedentIn(await look(ref, ports, signal));
      if (key !== undefined) return key;
    }
    return undefined;
  };
}

async function look(
  { apiVersion, kind, namespace, name }: ObjectRef,
  { typeOf, metadataOf }: AntecedentPorts,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const type = await typeOf(apiVersion, kind, signal);
  if (type === undefined) return undefined;
  try {
    return await metadataOf(type).get({ name, ...(namespace === undefined ? {} : { namespace }) }, signal);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function antecedentIn(object: KubeObject | undefined): string | undefined {
  const value = object?.metadata.annotations?.[ANTECEDENT_ANNOTATION] ?? '';
  const [, namespace = '', name = ''] = /^([^:/]+):helmrelease\/([^:/]+)$/.exec(value) ?? [];
  return name === '' ? undefined : `${namespace}/${name}`;
}
