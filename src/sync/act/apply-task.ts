import type { Pointer } from '../../api/gitsync/pointer.ts';
import type { ObjectId } from '../../api/object-id.ts';
import type { FieldConflict } from '../../kube/managed-fields.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Ref, Resource } from '../../kube/resource.ts';
import type { Fault, SourceDocument } from '../document.ts';
import type { Entry } from '../inventory/entry.ts';

/** The object is placed in its namespace, and marked with the labels of its GitSync. */
export interface ApplyTask extends SourceDocument {
  readonly type: ResourceType;
  readonly id: ObjectId;
  /** What the inventory knows of it. */
  readonly known: Pick<Entry, 'made' | 'uid'> | undefined;
  /** Fields that are left to others once the object is there. */
  readonly ignored: readonly Pointer[];
}

export type Objects = Pick<Resource<KubeObject>, 'get' | 'apply' | 'jsonPatch'>;

export interface StagePorts {
  /** Acts as the account of the GitSync. */
  readonly resourceOf: (type: ResourceType) => Objects;
  /** The field manager of the GitSync. */
  readonly manager: string;
  /** `system:serviceaccount:namespace:name`, for messages. */
  readonly account: string;
  /** Whether to take fields that others own. Objects of others are never taken. */
  readonly forceConflicts: boolean;
  /** Whether the GitSync that the labels of an object name holds it no more, or is gone. */
  readonly isFree: (owner: string, id: ObjectId, signal: AbortSignal) => Promise<boolean>;
  /** Requests at once. */
  readonly inFlight: number;
  /** Called when all objects of the stage have passed, and before the first of them is written. */
  readonly beforeApply: (
    ids: readonly { readonly id: ObjectId; readonly adopted: boolean }[],
  ) => Promise<void>;
  /** Waits until the API server serves what these CustomResourceDefinitions bring. */
  readonly definitionsServed: (tasks: readonly ApplyTask[], signal: AbortSignal) => Promise<readonly Fault[]>;
}

export type TakenField = FieldConflict;

export function refOf({ id: { namespace, name } }: ApplyTask): Ref {
  return namespace === '' ? { name } : { namespace, name };
}
