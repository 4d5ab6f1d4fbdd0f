import { conditionOf } from './condition.ts';
import { containerCause, type ContainerReports } from './container-cause.ts';
import { type Finding, highest, RANKS } from './finding.ts';
import { type KubeEvent, newestMessage } from './kube-event.ts';
import type { ContainerStatus, Pod } from './pod.ts';
import { lastCause, oneLine } from './text.ts';

/** Why a pod is not ready, as far as its status and the Events about it say; undefined if nothing is wrong with it. */
export function podCause(pod: Pod, events: readonly KubeEvent[]): Finding | undefined {
  const { status = {} } = pod;
  if (status.phase === 'Succeeded') return undefined;
  if (conditionOf(status.conditions, 'Ready')?.status === 'True') return undefined;
  const ofContainers = containerFindings(pod, events);
  return highest(
    [...ofContainers, unscheduled(pod), unmounted(pod, events), failed(pod), gated(pod, ofContainers)].filter(
      (finding) => finding !== undefined,
    ),
  );
}

/** Init containers run one after the other, and the others after them: the first that is not through is the reason. */
function containerFindings(pod: Pod, events: readonly KubeEvent[]): readonly Finding[] {
  const { spec = {}, status = {} } = pod;
  for (const container of status.initContainerStatuses ?? []) {
    const own = spec.initContainers?.find(({ name }) => name === container.name);
    const isSidecar = own?.restartPolicy === 'Always';
    const isThrough = isSidecar ? container.started === true : container.state?.terminated?.exitCode === 0;
    if (isThrough) continue;
    const title = `${isSidecar ? 'sidecar' : 'init'} container ${container.name}`;
    const reports = reportsOn(pod, container, events);
    if (container.state?.running !== undefined && !isSidecar && (container.restartCount ?? 0) === 0) {
      return [{ rank: RANKS.starting, text: `${title} is still running` }];
    }
    const cause = containerCause({ title, spec: own, status: container, reports });
    return cause === undefined ? [] : [cause];
  }
  return (status.containerStatuses ?? [])
    .map((container) =>
      containerCause({
        title: `container ${container.name}`,
        spec: spec.containers?.find(({ name }) => name === container.name),
        status: container,
        reports: reportsOn(pod, container, events),
      }),
    )
    .filter((finding) => finding !== undefined);
}

function reportsOn(pod: Pod, { name }: ContainerStatus, events: readonly KubeEvent[]): ContainerReports {
  const own = events.filter(({ involvedObject }) => isOn(name, involvedObject?.fieldPath));
  const probe = (kind: string): string | undefined => {
    const message = newestMessage(own, pod, ['Unhealthy', 'ProbeError'], new RegExp(`^${kind} probe `));
    return message === undefined ? undefined : oneLine(message.replace(/^\w+ probe \w+: /, ''));
  };
  return {
    imagePull: newestMessage(own, pod, ['Failed'], /^Failed to pull image /),
    readiness: probe('Readiness'),
    liveness: probe('Liveness'),
    startup: probe('Startup'),
  };
}

/** The kubelet writes `spec.containers{web}`. */
function isOn(container: string, fieldPath: string | undefined): boolean {
  return fieldPath === undefined || fieldPath.endsWith(`{${container}}`);
}

function unscheduled({ status }: Pod): Finding | undefined {
  const scheduled = conditionOf(status?.conditions, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  if (scheduled.reason === 'SchedulingGated') {
    return { rank: RANKS.unscheduled, text: 'is held back by its scheduling gates' };
  }
  // Behind that the scheduler explains why it did not evict other pods either.
  const message = (scheduled.message ?? scheduled.reason ?? 'no reason given').replace(
    /\. preemption: .*/s,
    '',
  );
  return { rank: RANKS.unscheduled, text: `cannot be scheduled: ${oneLine(message)}` };
}

function unmounted(pod: Pod, events: readonly KubeEvent[]): Finding | undefined {
  const waits = (pod.status?.containerStatuses ?? []).some(
    ({ state }) => state?.waiting?.reason === 'ContainerCreating',
  );
  const message = waits ? newestMessage(events, pod, ['FailedMount', 'FailedAttachVolume']) : undefined;
  if (message === undefined) return undefined;
  const volume = /for volume "([^"]+)"\s*:/.exec(message)?.[1];
  const what = volume === undefined ? 'a volume' : `volume "${volume}"`;
  return { rank: RANKS.unmounted, text: `${what} cannot be mounted: ${lastCause(message)}` };
}

function failed({ status }: Pod): Finding | undefined {
  if (status?.phase !== 'Failed' || status.reason === undefined) return undefined;
  const detail = status.message === undefined ? '' : `: ${oneLine(status.message)}`;
  return { rank: RANKS.ended, text: `failed (${status.reason})${detail}` };
}

/** Only when nothing is wrong with the containers: gates are somebody else's consent. */
function gated({ status }: Pod, ofContainers: readonly Finding[]): Finding | undefined {
  const ready = conditionOf(status?.conditions, 'Ready');
  if (ofContainers.length > 0 || ready?.reason !== 'ReadinessGatesNotReady') return undefined;
  return { rank: RANKS.unready, text: `waits for its readiness gates: ${oneLine(ready.message ?? '')}` };
}
