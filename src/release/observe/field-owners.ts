import type { ReleaseTarget } from '../../api/release-name.ts';
import type { ObjectRef } from '../../health/objects.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { ownersIn, takenFrom } from './managed-fields.ts';
import type { Owners } from './managed-fields.ts';
import { readMetadata } from './object-metadata.ts';
import type { ObjectMetadataPorts } from './object-metadata.ts';
import type { ReadPayload } from './payloads.ts';
import type { RevisionId } from './readiness.ts';

/** Objects of a release of which others than helm own fields, and which. */
export type OwnedByOthers = readonly { readonly ref: ObjectRef; readonly owners: Owners }[];

/** Who owns which fields of a release's objects. Knows nothing rather than to fail: it is only to be told. */
export interface FieldOwners {
  /** Nothing for a release that is not applied on the server: there helm asks nobody. */
  readonly others: (target: ReleaseTarget, of: RevisionId, signal: AbortSignal) => Promise<OwnedByOthers>;
  /** What helm has taken from them since, each with object, field and owner. */
  readonly taken: (owned: OwnedByOthers, signal: AbortSignal) => Promise<readonly string[]>;
}

export interface FieldOwnersPorts extends ObjectMetadataPorts {
  readonly readPayload: ReadPayload;
}

const AT_ONCE = 8;

export function createFieldOwners(ports: FieldOwnersPorts): FieldOwners {
  return {
    others: async (target, of, signal) => {
      const payload = await ports.readPayload(target, of, signal).catch(() => undefined);
      signal.throwIfAborted();
      if (payload?.applyMethod !== 'server') return [];
      const read = await readAll(payload.objects, ports, signal);
      return read
        .map(({ ref, object }) => ({ ref, owners: ownersIn(object) }))
        .filter(({ owners }) => owners.others.length > 0);
    },
    taken: async (owned, signal) => {
      const before = new Map(owned.map(({ ref, owners }) => [ref, owners]));
      const read = await readAll([...before.keys()], ports, signal);
      return read.flatMap(({ ref, object }) =>
        takenFrom(before.get(ref), ownersIn(object)).map(
          ({ field, owner }) => `${ref.kind} ${nameOf(ref)}: ${field} from ${owner}`,
        ),
      );
    },
  };
}

function nameOf({ namespace, name }: ObjectRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Read {
  readonly ref: ObjectRef;
  readonly object: KubeObject;
}

async function readAll(
  refs: readonly ObjectRef[],
  ports: FieldOwnersPorts,
  signal: AbortSignal,
): Promise<readonly Read[]> {
  const found: Read[] = [];
  for (let at = 0; at < refs.length; at += AT_ONCE) {
    const some = refs.slice(at, at + AT_ONCE).map(async (ref) => {
      const object = await readMetadata(ref, ports, signal).catch(() => undefined);
      return object === undefined ? [] : [{ ref, object }];
    });
    found.push(...(await Promise.all(some)).flat());
    signal.throwIfAborted();
  }
  return found;
}
