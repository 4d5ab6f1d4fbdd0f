import type { KubeObject } from '../kube/resource-type.ts';
import { conditionOf } from './condition.ts';
import { type Health, READY } from './health.ts';
import type { Pod } from './pod.ts';
import { subject } from './subject.ts';
import { oneLine } from './text.ts';

/** For a pod that a chart holds itself. One that has done its work is as good as one that is ready. */
export function podHealth(object: KubeObject): Health {
  const { status = {} } = object as Pod;
  const name = subject(object);
  if (status.phase === 'Succeeded') return READY;
  if (status.phase === 'Failed') {
    const reason = status.message ?? status.reason;
    return { kind: 'failed', why: `${name} failed${reason === undefined ? '' : `: ${oneLine(reason)}`}` };
  }
  if (conditionOf(status.conditions, 'Ready')?.status === 'True') return READY;
  return { kind: 'progressing', why: `${name} is not ready (phase ${status.phase ?? 'unknown'})` };
}
