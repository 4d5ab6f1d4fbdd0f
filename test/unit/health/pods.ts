import type { KubeEvent } from '../../../src/health/kube-event.ts';
import type { ContainerStatus, Pod } from '../../../src/health/pod.ts';

export interface PodOptions {
  readonly name?: string;
  readonly replicaSet?: string;
  readonly revision?: string;
  readonly created?: string;
  readonly deleted?: boolean;
  readonly spec?: NonNullable<Pod['spec']>;
  readonly status?: NonNullable<Pod['status']>;
}

/** A pod that is scheduled and not ready, as the kubelet reports it. */
export function pod(containers: readonly ContainerStatus[], options: PodOptions = {}): Pod {
  const {
    name = 'web-7d9c-x2x',
    replicaSet = 'web-7d9c',
    created = '2026-03-01T10:00:00Z',
    revision,
  } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'shop',
      name,
      uid: `uid-of-${name}`,
      creationTimestamp: created,
      ...(options.deleted === true ? { deletionTimestamp: created } : {}),
      ...(revision === undefined ? {} : { labels: { 'controller-revision-hash': revision } }),
      ownerReferences: [
        revision === undefined
          ? { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: replicaSet, uid: replicaSet, controller: true }
          : { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'web', controller: true },
      ],
    },
    spec: {
      restartPolicy: 'Always',
      containers: containers.map(({ name: of }) => ({ name: of })),
      ...options.spec,
    },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
      ],
      containerStatuses: containers,
      ...options.status,
    },
  };
}

export const readyPod = (name: string, replicaSet: string, created: string): Pod =>
  pod([running('web', { ready: true })], {
    ...{ name, replicaSet, created },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });

export function waiting(
  name: string,
  reason: string,
  message = '',
  more: Partial<ContainerStatus> = {},
): ContainerStatus {
  return {
    name,
    image: 'nginx:nope',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason, message } },
    ...more,
  };
}

export function running(name: string, more: Partial<ContainerStatus> = {}): ContainerStatus {
  return {
    name,
    image: 'nginx:1',
    ready: false,
    started: true,
    restartCount: 0,
    state: { running: {} },
    ...more,
  };
}

export function crashing(
  name: string,
  terminated: NonNullable<ContainerStatus['lastState']>['terminated'],
): ContainerStatus {
  const message = `back-off 5m0s restarting failed container=${name} pod=web-7d9c-x2x_shop(uid)`;
  return waiting(name, 'CrashLoopBackOff', message, {
    restartCount: 6,
    ...(terminated && { lastState: { terminated } }),
  });
}

export function event(
  about: Pod['metadata'],
  reason: string,
  message: string,
  container?: string,
): KubeEvent {
  return {
    involvedObject: {
      kind: 'Pod',
      name: about.name,
      ...(about.uid === undefined ? {} : { uid: about.uid }),
      ...(container === undefined ? {} : { fieldPath: `spec.containers{${container}}` }),
    },
    reason,
    message,
    lastTimestamp: '2026-03-01T10:05:00Z',
  };
}
