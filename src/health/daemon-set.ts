import type { KubeObject } from '../kube/resource-type.ts';
import { type Health, READY } from './health.ts';
import { countOf, type IntOrPercent } from './int-or-percent.ts';
import { isObserved, subject } from './subject.ts';

interface DaemonSet extends KubeObject {
  readonly spec?: {
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: IntOrPercent };
    };
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

const DEFAULT_MAX_UNAVAILABLE = 1;

/** Ready when every node that should has a pod of the current template and all but maxUnavailable of them are ready. */
export function daemonSetHealth(object: KubeObject): Health {
  const { spec = {}, status = {} } = object as DaemonSet;
  const name = subject(object);
  if (!isObserved(object)) {
    return { kind: 'progressing', why: `${name}: its controller has not seen the change yet` };
  }
  if ((spec.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return READY;
  const {
    desiredNumberScheduled: desired = 0,
    updatedNumberScheduled: updated = 0,
    numberReady: ready = 0,
  } = status;
  if (updated !== desired) {
    return { kind: 'progressing', why: `${name}: ${String(updated)} of ${String(desired)} pods updated` };
  }
  const { maxUnavailable = DEFAULT_MAX_UNAVAILABLE } = spec.updateStrategy?.rollingUpdate ?? {};
  if (ready >= desired - countOf(maxUnavailable, desired, 'up')) return READY;
  return { kind: 'progressing', why: `${name}: ${String(ready)} of ${String(desired)} pods ready` };
}
