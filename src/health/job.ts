import type { KubeObject } from '../kube/resource-type.ts';
import { conditionOf, type ObjectCondition } from './condition.ts';
import { type Health, READY } from './health.ts';
import { subject } from './subject.ts';
import { oneLine } from './text.ts';

interface Job extends KubeObject {
  readonly spec?: { readonly completions?: number; readonly suspend?: boolean };
  readonly status?: { readonly succeeded?: number; readonly conditions?: readonly ObjectCondition[] };
}

/** Ready once it has completed; failed once Kubernetes has given it up, which is final. */
export function jobHealth(object: KubeObject): Health {
  const { spec, status } = object as Job;
  const name = subject(object);
  const failed =
    conditionOf(status?.conditions, 'Failed') ?? conditionOf(status?.conditions, 'FailureTarget');
  if (failed?.status === 'True') {
    const reason = failed.message ?? failed.reason;
    return { kind: 'failed', why: `${name} failed${reason === undefined ? '' : `: ${oneLine(reason)}`}` };
  }
  if (conditionOf(status?.conditions, 'Complete')?.status === 'True') return READY;
  if (spec?.suspend === true) return { kind: 'progressing', why: `${name} is suspended` };
  const wanted = spec?.completions ?? 1;
  const succeeded = status?.succeeded ?? 0;
  return { kind: 'progressing', why: `${name}: ${String(succeeded)} of ${String(wanted)} completions` };
}
