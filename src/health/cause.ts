import type { KubeObject } from '../kube/resource-type.ts';
import { conditionOf, type ObjectCondition } from './condition.ts';
import { type Finding, highest, RANKS } from './finding.ts';
import { type KubeEvent, newestMessage } from './kube-event.ts';
import { byTemplate } from './newest-pods.ts';
import { podCause } from './pod-cause.ts';
import type { Pod } from './pod.ts';
import { oneLine } from './text.ts';

/**
 * The root cause why a workload (or a pod) does not get ready, in one sentence: which pod, which container, why.
 * Undefined if its pods say nothing. `pods` are those that the selector of the workload matches; Events about the
 * workload and its pods make the answer better but are not needed. The same state always gives the same sentence.
 */
export function causeOf(
  workload: KubeObject,
  pods: readonly KubeObject[],
  events: readonly KubeEvent[] = [],
): string | undefined {
  const refused = refusal(workload, events);
  const groups = byTemplate(workload, workload.kind === 'Pod' ? [workload] : pods);
  const fallback: Finding[] = refused === undefined ? [] : [refused];
  for (const group of groups) {
    const found = highest([
      ...group.map((pod) => named(pod, events)).filter((it) => it !== undefined),
      ...fallback,
    ]);
    if (found !== undefined) return found.text;
  }
  return refused?.text;
}

function named(pod: Pod, events: readonly KubeEvent[]): Finding | undefined {
  const finding = podCause(pod, events);
  if (finding === undefined) return undefined;
  const { namespace = '', name } = pod.metadata;
  return { rank: finding.rank, text: `pod ${namespace}/${name}: ${finding.text}` };
}

interface Workload extends KubeObject {
  readonly status?: { readonly conditions?: readonly ObjectCondition[] };
}

/**
 * Pods that may not even be created: quota, admission, a missing service account. Deployments and ReplicaSets say so in
 * a condition; of the other kinds only an Event tells.
 */
function refusal(workload: KubeObject, events: readonly KubeEvent[]): Finding | undefined {
  const condition = conditionOf((workload as Workload).status?.conditions, 'ReplicaFailure');
  const message =
    condition?.status === 'True' ? condition.message : newestMessage(events, workload, ['FailedCreate']);
  if (message === undefined) return undefined;
  const reason = message.replace(/^Error creating: /, '').replace(/^create Pod .* failed error: /i, '');
  return { rank: RANKS.ended, text: `pods cannot be created: ${oneLine(reason)}` };
}
