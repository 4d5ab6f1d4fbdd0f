import type { Health } from '../../../src/health/health.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { object, workload } from './objects.ts';

export const ready: Health = { kind: 'ready' };
export const progressing = (why: string): Health => ({ kind: 'progressing', why });
export const failed = (why: string): Health => ({ kind: 'failed', why });

const unseen = { observedGeneration: 1 };
export const timedOut = {
  type: 'Progressing',
  status: 'False',
  reason: 'ProgressDeadlineExceeded',
  message: 'ReplicaSet "web-7d9c" has timed out progressing.',
  lastUpdateTime: '2026-03-01T10:10:00Z',
};

export function deployment(spec: Record<string, unknown>, status: Record<string, unknown>): KubeObject {
  return workload('Deployment', spec, status);
}

/** Which was written last at this time, as the API server keeps it. */
function writtenAt(time: string, of: KubeObject): KubeObject {
  const managedFields = [
    { manager: 'helm', operation: 'Update', time },
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      subresource: 'status',
      time: '2026-03-01T12:00:00Z',
    },
  ];
  return Object.assign({ ...of }, { metadata: { ...of.metadata, managedFields } });
}

/** Objects of each kind in each state that counts, and what is to be said of them. */
export const STATES: readonly (readonly [when: string, object: KubeObject, health: Health])[] = [
  // Deployment
  [
    'all pods of a Deployment are ready',
    deployment({ replicas: 3 }, { replicas: 3, updatedReplicas: 3, readyReplicas: 3 }),
    ready,
  ],
  [
    'one pod of three is ready',
    deployment({ replicas: 3 }, { replicas: 3, updatedReplicas: 3, readyReplicas: 1 }),
    progressing('Deployment shop/web: 1 of 3 pods ready'),
  ],
  [
    'all but a quarter of four pods are ready',
    deployment({ replicas: 4 }, { replicas: 4, updatedReplicas: 4, readyReplicas: 3 }),
    ready,
  ],
  [
    'all but a quarter of three pods are ready, which rounds down to none',
    deployment({ replicas: 3 }, { replicas: 3, updatedReplicas: 3, readyReplicas: 2 }),
    progressing('Deployment shop/web: 2 of 3 pods ready'),
  ],
  [
    'as many pods are missing as maxUnavailable allows',
    deployment(
      { replicas: 3, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2, maxSurge: 0 } } },
      { replicas: 3, updatedReplicas: 3, readyReplicas: 1 },
    ),
    ready,
  ],
  [
    'both margins round to nothing, so Kubernetes allows one',
    deployment(
      { replicas: 1, strategy: { rollingUpdate: { maxUnavailable: '25%', maxSurge: '0%' } } },
      { replicas: 1, updatedReplicas: 1 },
    ),
    ready,
  ],
  [
    'the strategy is Recreate, which has no margin',
    deployment(
      { replicas: 4, strategy: { type: 'Recreate' } },
      { replicas: 4, updatedReplicas: 4, readyReplicas: 3 },
    ),
    progressing('Deployment shop/web: 3 of 4 pods ready'),
  ],
  [
    'only an old pod is ready',
    deployment({ replicas: 1 }, { replicas: 2, updatedReplicas: 1, readyReplicas: 1 }),
    progressing('Deployment shop/web: 0 of 1 new pods ready'),
  ],
  [
    'the new pods are ready and an old one is still there',
    deployment({ replicas: 2 }, { replicas: 3, updatedReplicas: 2, readyReplicas: 3 }),
    ready,
  ],
  ['nothing is to run', deployment({ replicas: 0 }, {}), ready],
  ['replicas are not given', deployment({}, { replicas: 1, updatedReplicas: 1, readyReplicas: 1 }), ready],
  [
    'the status speaks of the spec before',
    deployment({ replicas: 1 }, { ...unseen, replicas: 1, updatedReplicas: 1, readyReplicas: 1 }),
    progressing('Deployment shop/web: its controller has not seen the change yet'),
  ],
  [
    'there is no status yet',
    object('apps/v1', 'Deployment', 'web', {}, {}),
    progressing('Deployment shop/web: its controller has not seen the change yet'),
  ],
  ['it is paused', deployment({ replicas: 1, paused: true }, unseen), ready],
  [
    'the progress deadline is over',
    deployment(
      { replicas: 2, progressDeadlineSeconds: 60 },
      { replicas: 2, updatedReplicas: 2, readyReplicas: 1, conditions: [timedOut] },
    ),
    failed('Deployment shop/web: 1 of 2 pods ready, no progress for 60 s (progressDeadlineSeconds)'),
  ],
  [
    'the progress deadline is over for good measure, but enough pods are ready',
    deployment(
      { replicas: 4 },
      { replicas: 4, updatedReplicas: 4, readyReplicas: 3, conditions: [timedOut] },
    ),
    ready,
  ],
  [
    'the progress deadline was over for the spec before',
    deployment({ replicas: 1 }, { ...unseen, replicas: 1, updatedReplicas: 1, conditions: [timedOut] }),
    progressing('Deployment shop/web: its controller has not seen the change yet'),
  ],
  [
    'the progress deadline was over before the Deployment was written',
    writtenAt(
      '2026-03-01T10:10:00Z',
      deployment(
        { replicas: 1 },
        { replicas: 2, updatedReplicas: 1, readyReplicas: 1, conditions: [timedOut] },
      ),
    ),
    progressing('Deployment shop/web: 0 of 1 new pods ready'),
  ],
  [
    'the progress deadline is over since the Deployment was written',
    writtenAt(
      '2026-03-01T10:09:59Z',
      deployment(
        { replicas: 1 },
        { replicas: 2, updatedReplicas: 1, readyReplicas: 1, conditions: [timedOut] },
      ),
    ),
    failed('Deployment shop/web: 0 of 1 new pods ready, no progress for 600 s (progressDeadlineSeconds)'),
  ],

  // StatefulSet
  [
    'all pods of a StatefulSet are ready and of one revision',
    workload(
      'StatefulSet',
      { replicas: 3 },
      { updatedReplicas: 3, readyReplicas: 3, currentRevision: 'b', updateRevision: 'b' },
    ),
    ready,
  ],
  [
    'a StatefulSet is being updated',
    workload(
      'StatefulSet',
      { replicas: 3 },
      { updatedReplicas: 1, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
    ),
    progressing('StatefulSet shop/web: 1 of 3 pods updated'),
  ],
  [
    'an updated pod of a StatefulSet is not ready',
    workload(
      'StatefulSet',
      { replicas: 3 },
      { updatedReplicas: 3, readyReplicas: 2, currentRevision: 'a', updateRevision: 'b' },
    ),
    progressing('StatefulSet shop/web: 2 of 3 pods ready'),
  ],
  [
    'the revisions of a StatefulSet differ still',
    workload(
      'StatefulSet',
      { replicas: 1 },
      { updatedReplicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    ),
    progressing('StatefulSet shop/web: the rollout of its pods has not been completed yet'),
  ],
  [
    'a partition keeps pods back',
    workload(
      'StatefulSet',
      { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
      { updatedReplicas: 1, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
    ),
    ready,
  ],
  [
    'a partition keeps all pods back',
    workload(
      'StatefulSet',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 5 } } },
      { updatedReplicas: 0, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
    ),
    ready,
  ],
  [
    'pods are updated by deleting them',
    workload('StatefulSet', { replicas: 3, updateStrategy: { type: 'OnDelete' } }, { readyReplicas: 1 }),
    ready,
  ],
  [
    'the status of a StatefulSet speaks of the spec before',
    workload('StatefulSet', { replicas: 1 }, { ...unseen, updatedReplicas: 1, readyReplicas: 1 }),
    progressing('StatefulSet shop/web: its controller has not seen the change yet'),
  ],

  // DaemonSet
  [
    'all pods of a DaemonSet but one are ready',
    workload('DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 }),
    ready,
  ],
  [
    'two pods of a DaemonSet are not ready',
    workload('DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 1 }),
    progressing('DaemonSet shop/web: 1 of 3 pods ready'),
  ],
  [
    'a third of four pods may be missing, which rounds up',
    workload(
      'DaemonSet',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '30%' } } },
      { desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 2 },
    ),
    ready,
  ],
  [
    'a DaemonSet is being updated',
    workload('DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberReady: 3 }),
    progressing('DaemonSet shop/web: 2 of 3 pods updated'),
  ],
  [
    'a DaemonSet is updated by deleting pods',
    workload('DaemonSet', { updateStrategy: { type: 'OnDelete' } }, { desiredNumberScheduled: 3 }),
    ready,
  ],
  ['there is no node for a DaemonSet', workload('DaemonSet', {}, {}), ready],

  // The others
  [
    'the pods of a ReplicaSet are ready',
    workload('ReplicaSet', { replicas: 2 }, { readyReplicas: 2 }),
    ready,
  ],
  [
    'a pod of a ReplicaSet is not ready',
    workload('ReplicaSet', { replicas: 2 }, { readyReplicas: 1 }),
    progressing('ReplicaSet shop/web: 1 of 2 pods ready'),
  ],
  [
    'a pod of a ReplicationController is not ready',
    object('v1', 'ReplicationController', 'web', { replicas: 1 }, { observedGeneration: 2 }),
    progressing('ReplicationController shop/web: 0 of 1 pods ready'),
  ],
  [
    'a pod is ready',
    object('v1', 'Pod', 'web', {}, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
    ready,
  ],
  [
    'a pod is not ready',
    object('v1', 'Pod', 'web', {}, { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] }),
    progressing('Pod shop/web is not ready (phase Running)'),
  ],
  [
    'a pod has done its work',
    object('v1', 'Pod', 'web', {}, { phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False' }] }),
    ready,
  ],
  [
    'a pod was evicted',
    object(
      'v1',
      'Pod',
      'web',
      {},
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. ' },
    ),
    failed('Pod shop/web failed: The node was low on resource: memory'),
  ],
  ['a claim is bound', object('v1', 'PersistentVolumeClaim', 'data', {}, { phase: 'Bound' }), ready],
  [
    'a claim is not bound',
    object('v1', 'PersistentVolumeClaim', 'data', { storageClassName: 'fast' }, { phase: 'Pending' }),
    progressing('PersistentVolumeClaim shop/data is not bound to a volume (storage class fast)'),
  ],
  [
    'the volume of a claim is gone',
    object('v1', 'PersistentVolumeClaim', 'data', {}, { phase: 'Lost' }),
    failed('PersistentVolumeClaim shop/data has lost its volume'),
  ],
  [
    'a Service has its address',
    object('v1', 'Service', 'web', { type: 'ClusterIP', clusterIP: '10.0.0.9' }, {}),
    ready,
  ],
  ['a Service is headless', object('v1', 'Service', 'web', { clusterIP: 'None' }, {}), ready],
  [
    'a Service has no address',
    object('v1', 'Service', 'web', {}, {}),
    progressing('Service shop/web has no cluster IP'),
  ],
  ['a Service is somewhere else', object('v1', 'Service', 'web', { type: 'ExternalName' }, {}), ready],
  [
    'a load balancer has no address',
    object('v1', 'Service', 'web', { type: 'LoadBalancer', clusterIP: '10.0.0.9' }, { loadBalancer: {} }),
    progressing('Service shop/web has no address from its load balancer'),
  ],
  [
    'a load balancer has an address',
    object(
      'v1',
      'Service',
      'web',
      { type: 'LoadBalancer', clusterIP: '10.0.0.9' },
      { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    ),
    ready,
  ],
  [
    'a load balancer has an external address',
    object(
      'v1',
      'Service',
      'web',
      { type: 'LoadBalancer', clusterIP: '10.0.0.9', externalIPs: ['192.0.2.1'] },
      {},
    ),
    ready,
  ],
  [
    'a kind is served',
    object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'x',
      {},
      { conditions: [{ type: 'Established', status: 'True' }] },
    ),
    ready,
  ],
  [
    'a kind is not served yet',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'x', {}, {}),
    progressing('CustomResourceDefinition shop/x is not served by the API server yet'),
  ],
  [
    'the names of a kind are taken',
    object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'x',
      {},
      { conditions: [{ type: 'NamesAccepted', status: 'False' }] },
    ),
    ready,
  ],
  ['a Job has not ended, and nobody asked for Jobs', object('batch/v1', 'Job', 'x', {}, {}), ready],
  ['it is of any other kind', object('v1', 'ConfigMap', 'x', {}, {}), ready],
  ["it is somebody else's Deployment", object('example.com/v1', 'Deployment', 'x', {}, {}), ready],
];
