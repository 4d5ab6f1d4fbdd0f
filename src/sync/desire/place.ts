import type { ObjectId } from '../../api/object-id.ts';
import type { Discovery } from '../../kube/discovery.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Fault, SourceDocument } from '../document.ts';

/** A document that the cluster has a kind for, in the namespace where it belongs. */
export interface Placed extends SourceDocument {
  readonly id: ObjectId;
  readonly type: ResourceType;
}

export interface Placement {
  readonly placed: readonly Placed[];
  readonly faults: readonly Fault[];
}

/** Gives each document its kind's resource, and the namespace of the GitSync where it names none. */
export async function place(
  documents: readonly SourceDocument[],
  namespace: string,
  discovery: Pick<Discovery, 'find'>,
  signal: AbortSignal,
): Promise<Placement> {
  const placed: Placed[] = [];
  const faults: Fault[] = [];
  for (const document of documents) {
    const { apiVersion = '', kind = '' } = document.object;
    const type = await discovery.find(apiVersion, kind, signal);
    if (type === undefined) faults.push(unknownKind(document));
    else placed.push(placedIn(document, type, namespace));
  }
  return { placed, faults };
}

function placedIn(document: SourceDocument, type: ResourceType, fallback: string): Placed {
  const { namespace: written, ...metadata } = document.object.metadata;
  const namespace = type.namespaced ? (written ?? fallback) : '';
  const object: KubeObject = {
    ...document.object,
    metadata: namespace === '' ? metadata : { ...metadata, namespace },
  };
  return {
    ...document,
    object,
    type,
    id: { group: type.group, kind: type.kind, namespace, name: metadata.name },
  };
}

function unknownKind({ file, index, line, object }: SourceDocument): Fault {
  const { apiVersion = '', kind = '', metadata } = object;
  return {
    ...{ file, index, line, object: `${kind} ${metadata.name}` },
    why: `the cluster knows no kind ${kind} of ${apiVersion}: correct the two, or commit its CustomResourceDefinition to the same path`,
  };
}
