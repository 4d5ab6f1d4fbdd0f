import type { ReleaseTarget } from '../../api/release-name.ts';
import { assess } from '../../health/assess.ts';
import { causeOf } from '../../health/cause.ts';
import { combine, READY } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import type { ObjectRef } from '../../health/objects.ts';
import type { Resource } from '../../kube/resource.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Store } from '../../kube/store.ts';
import type { ReadPayload } from './payloads.ts';
import { formatTarget } from '../plan.ts';
import { podSelectorOf, watchedKind } from './workloads.ts';

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
  readonly pods: Resource<KubeObject>;
  /** The watched objects that Helm made, with an index `release`. */
  readonly stores: readonly Pick<Store<KubeObject>, 'byIndex'>[];
}

export function createReadiness({ readPayload, resourceOf, pods, stores }: ReadinessPorts): Readiness {
  return {
    check: async (target, revision, signal) => {
      const payload = await readPayload(target, revision, signal);
      const healths: Health[] = [];
      for (const ref of payload?.objects ?? []) {
        const type = watchedKind(ref.apiVersion, ref.kind);
        if (type !== undefined) healths.push(await checkObject(ref, resourceOf(type), pods, signal));
      }
      return combine(healths);
    },
    watched: (target) => {
      const objects = stores.flatMap((store) => store.byIndex('release', formatTarget(target)));
      return objects.length === 0 ? undefined : combine(objects.map((object) => assess(object)));
    },
  };
}

async function checkObject(
  { kind, namespace, name }: ObjectRef,
  resource: Resource<KubeObject>,
  pods: Resource<KubeObject>,
  signal: AbortSignal,
): Promise<Health> {
  const object = await resource.get({ namespace, name }, signal);
  if (object === undefined) {
    return { kind: 'progressing', why: `${kind} ${namespace}/${name} does not exist` };
  }
  const health = assess(object);
  if (health.kind === 'ready') return READY;
  const cause = await rootCause(object, pods, signal);
  return cause === undefined ? health : { kind: health.kind, why: `${health.why}: ${cause}` };
}

/** The pods of a workload know why it is not ready; it itself only counts them. */
async function rootCause(
  object: KubeObject,
  pods: Resource<KubeObject>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const labelSelector = podSelectorOf(object);
  const { namespace } = object.metadata;
  if (labelSelector === undefined || namespace === undefined) return causeOf(object, []);
  const { items } = await pods.list({ namespace, labelSelector }, signal);
  return causeOf(object, items);
}
