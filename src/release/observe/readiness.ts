import type { ReleaseTarget } from '../../api/release-name.ts';
import { assess } from '../../health/assess.ts';
import { causeOf } from '../../health/cause.ts';
import { combine, READY } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import type { ObjectRef } from '../../health/objects.ts';
import type { Resource, Selection } from '../../kube/resource.ts';
import { EVENTS, PODS } from '../../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Store } from '../../kube/store.ts';
import type { ReadPayload } from './payloads.ts';
import { formatTarget } from '../plan.ts';
import { assessedKind, podSelectorOf, REPLICA_SETS } from './workloads.ts';

/** Whether the objects of a release work. */
export interface Readiness {
  /** Reads every object of the revision from the server: the only word that counts right after helm ran. */
  readonly check: (target: ReleaseTarget, revision: number, signal: AbortSignal) => Promise<Health>;
  /** What the watches say, for free; undefined when they know no object of the release. */
  readonly watched: (target: ReleaseTarget) => Health | undefined;
}

export interface ReadinessPorts {
  readonly readPayload: ReadPayload;
  readonly resourceOf: (type: ResourceType) => Resource<KubeObject>;
  /** The watched objects that Helm made, with an index `release`. */
  readonly stores: readonly Pick<Store<KubeObject>, 'byIndex'>[];
}

export function createReadiness({ readPayload, resourceOf, stores }: ReadinessPorts): Readiness {
  return {
    check: async (target, revision, signal) => {
      const payload = await readPayload(target, revision, signal);
      const healths: Health[] = [];
      for (const ref of payload?.objects ?? []) {
        const type = assessedKind(ref.apiVersion, ref.kind);
        if (type !== undefined) healths.push(await checkObject(ref, type, resourceOf, signal));
      }
      return combine(healths);
    },
    watched: (target) => {
      const objects = stores.flatMap((store) => store.byIndex('release', formatTarget(target)));
      return objects.length === 0 ? undefined : combine(objects.map((object) => assess(object)));
    },
  };
}

type ResourceOf = ReadinessPorts['resourceOf'];

async function checkObject(
  { kind, namespace, name }: ObjectRef,
  type: ResourceType,
  resourceOf: ResourceOf,
  signal: AbortSignal,
): Promise<Health> {
  const object = await resourceOf(type).get(
    { name, ...(namespace === undefined ? {} : { namespace }) },
    signal,
  );
  if (object === undefined) {
    return { kind: 'progressing', why: `${kind} ${namespace ?? ''}/${name} does not exist` };
  }
  const selection = selectionOf(object);
  const replicaSets =
    kind === 'Deployment' && selection !== undefined
      ? (await resourceOf(REPLICA_SETS).list(selection, signal)).items
      : undefined;
  const health = assess(object, replicaSets === undefined ? {} : { replicaSets });
  if (health.kind === 'ready') return READY;
  const cause = await rootCause(object, selection, resourceOf, signal);
  return cause === undefined ? health : { kind: health.kind, why: `${health.why}: ${cause}` };
}

/** The pods of a workload, and what was said about them, know why it is not ready; it itself only counts them. */
async function rootCause(
  object: KubeObject,
  selection: Selection | undefined,
  resourceOf: ResourceOf,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace } = object.metadata;
  if (namespace === undefined) return undefined;
  const pods = selection === undefined ? [] : (await resourceOf(PODS).list(selection, signal)).items;
  const warnings = await resourceOf(EVENTS).list({ namespace, fieldSelector: 'type=Warning' }, signal);
  return causeOf(object, pods, warnings.items);
}

/** The objects that a workload has chosen by their labels; undefined for what chooses none. */
function selectionOf(object: KubeObject): Selection | undefined {
  const { namespace } = object.metadata;
  const labelSelector = podSelectorOf(object);
  return namespace === undefined || labelSelector === undefined ? undefined : { namespace, labelSelector };
}
