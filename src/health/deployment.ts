import type { KubeObject } from '../kube/resource-type.ts';
import { conditionOf, type ObjectCondition } from './condition.ts';
import { type Health, READY } from './health.ts';
import { countOf, type IntOrPercent } from './int-or-percent.ts';
import { newestReplicaSet } from './replica-sets-of.ts';
import { isObserved, subject } from './subject.ts';

interface Deployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly progressDeadlineSeconds?: number;
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: IntOrPercent; readonly maxSurge?: IntOrPercent };
    };
  };
  readonly status?: {
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly ObjectCondition[];
  };
}

const DEFAULT_ROLLING = '25%';

/**
 * Ready when enough pods of the current template are: the replicas minus maxUnavailable. Helm counts them in the newest
 * ReplicaSet, and so do we if the ReplicaSets are given. The Deployment itself does not say which of its ready pods are
 * new, so without them every old one is taken to be ready: never too early, and the same once the old ones are gone.
 */
export function deploymentHealth(object: KubeObject, replicaSets?: readonly KubeObject[]): Health {
  const { spec = {}, status = {} } = object as Deployment;
  const name = subject(object);
  if (spec.paused === true) return READY;
  if (!isObserved(object)) {
    return { kind: 'progressing', why: `${name}: its controller has not seen the change yet` };
  }
  const { replicas = 1 } = spec;
  const { replicas: all = 0, updatedReplicas: updated = 0, readyReplicas = 0 } = status;
  const old = Math.max(0, all - updated);
  const newest = replicaSets === undefined ? undefined : newestReplicaSet(object, replicaSets);
  const ready = newest === undefined ? Math.max(0, readyReplicas - old) : (newest.status?.readyReplicas ?? 0);
  if (ready >= replicas - maxUnavailable(spec, replicas)) return READY;

  const progress = `${name}: ${String(ready)} of ${String(replicas)} ${old > 0 ? 'new ' : ''}pods ready`;
  const progressing = conditionOf(status.conditions, 'Progressing');
  if (progressing?.reason !== 'ProgressDeadlineExceeded' || isOfOtherRollout(progressing, object, newest)) {
    return { kind: 'progressing', why: progress };
  }
  const seconds = String(spec.progressDeadlineSeconds ?? 600);
  return { kind: 'failed', why: `${progress}, no progress for ${seconds} s (progressDeadlineSeconds)` };
}

function maxUnavailable({ strategy }: NonNullable<Deployment['spec']>, replicas: number): number {
  if (strategy?.type === 'Recreate') return 0;
  const { maxUnavailable: unavailable = DEFAULT_ROLLING, maxSurge = DEFAULT_ROLLING } =
    strategy?.rollingUpdate ?? {};
  const count = Math.min(countOf(unavailable, replicas, 'down'), replicas);
  // A rollout that may neither add nor remove a pod could not begin: Kubernetes then lets it remove one.
  return count === 0 && countOf(maxSurge, replicas, 'up') === 0 ? Math.min(1, replicas) : count;
}

interface ManagedFields {
  readonly managedFields?: readonly { readonly time?: string; readonly subresource?: string }[];
}

/**
 * The condition of a failed rollout stays for a moment when the spec goes back to a ReplicaSet that exists already, as
 * every rollback does. Its message names the ReplicaSet that failed. Where the newest one is not known, the API server's
 * record tells when the object was written last: not before the condition, if that is of the rollout before. (It does
 * not notice a write that only removes fields, and watches drop it: then the condition counts.)
 */
function isOfOtherRollout(
  { message = '', lastUpdateTime }: ObjectCondition,
  { metadata }: KubeObject,
  newest: KubeObject | undefined,
): boolean {
  if (newest !== undefined) return !message.includes(`"${newest.metadata.name}"`);
  if (lastUpdateTime === undefined) return false;
  const failedAt = Date.parse(lastUpdateTime);
  const { managedFields = [] } = metadata as KubeObject['metadata'] & ManagedFields;
  return managedFields.some(
    ({ time, subresource = '' }) => subresource === '' && time !== undefined && Date.parse(time) >= failedAt,
  );
}
