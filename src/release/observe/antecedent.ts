import { ANTECEDENT_ANNOTATION } from '../../api/names.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import type { ObjectRef } from '../../health/objects.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { readMetadata } from './object-metadata.ts';
import type { ObjectMetadataPorts } from './object-metadata.ts';
import type { ReadPayload } from './payloads.ts';

/** The key of the HelmRelease for which Helm Operator 1.4.4 released it, as the release's objects say; undefined if none does. */
export type AntecedentOf = (
  target: ReleaseTarget,
  of: Pick<RevisionRecord, 'revision' | 'uid'>,
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface AntecedentPorts extends ObjectMetadataPorts {
  readonly readPayload: ReadPayload;
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
  ref: ObjectRef,
  ports: ObjectMetadataPorts,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await readMetadata(ref, ports, signal);
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
