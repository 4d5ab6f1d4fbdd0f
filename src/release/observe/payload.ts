import { objectsOf } from '../../health/objects.ts';
import type { ObjectRef } from '../../health/objects.ts';
import type { ApplyMethod } from '../../helm/requests.ts';
import { decodeRelease } from '../../helm/storage/codec.ts';
import { holdsSecrets } from './rendered-secrets.ts';

/** What is worth knowing of a stored revision beyond its labels. */
export interface Payload {
  readonly objects: readonly ObjectRef[];
  readonly hasHooks: boolean;
  readonly applyMethod: ApplyMethod;
  /** Whether there is a Secret among its objects or hooks. */
  readonly hasSecrets: boolean;
}

/** A revision as it lies in its Secret, and the namespace of its release. */
export interface Packed {
  readonly packed: string;
  readonly namespace: string;
}

export async function payloadIn({ packed, namespace }: Packed): Promise<Payload> {
  const { manifest, hooks, applyMethod } = await decodeRelease(packed);
  return {
    // A piece of a string keeps all of it in memory: the manifest would stay for the names in it.
    objects: structuredClone(objectsOf(manifest, namespace)),
    hasHooks: hooks.length > 0,
    applyMethod,
    hasSecrets: [manifest, ...hooks.map((hook) => hook.manifest)].some(holdsSecrets),
  };
}
