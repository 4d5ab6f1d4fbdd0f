import { expect } from 'chai';
import { describe, it } from 'mocha';
import { causeOf } from '../../../src/health/cause.ts';
import type { KubeEvent } from '../../../src/health/kube-event.ts';
import type { ContainerStatus, Pod } from '../../../src/health/pod.ts';
import { workload } from './objects.ts';
import { crashing, event, pod, readyPod, running, waiting } from './pods.ts';

const deployment = workload('Deployment', { replicas: 1 }, {});
const NOT_FOUND =
  'failed to pull and unpack image "docker.io/library/nginx:nope": failed to resolve reference "docker.io/library/nginx:nope": docker.io/library/nginx:nope: not found';

/** One container in one pod: what it reports, and the sentence that follows `pod shop/web-7d9c-x2x: `. */
const containers: readonly (readonly [what: string, status: ContainerStatus, sentence: string])[] = [
  [
    'an image that does not exist',
    waiting('web', 'ErrImagePull', `rpc error: code = NotFound desc = ${NOT_FOUND}`),
    'container web cannot pull image "nginx:nope" (ErrImagePull: not found)',
  ],
  [
    'the back-off after it, in the same words',
    waiting(
      'web',
      'ImagePullBackOff',
      `Back-off pulling image "nginx:nope": ErrImagePull: rpc error: code = NotFound desc = ${NOT_FOUND}`,
    ),
    'container web cannot pull image "nginx:nope" (ErrImagePull: not found)',
  ],
  [
    'the back-off of an older kubelet',
    waiting('web', 'ImagePullBackOff', 'Back-off pulling image "nginx:nope"'),
    'container web cannot pull image "nginx:nope" (ErrImagePull)',
  ],
  [
    'a registry that wants a login, without the URL that may hold one',
    waiting(
      'web',
      'ErrImagePull',
      'failed to pull and unpack image "ghcr.io/a/b:1": failed to resolve reference "ghcr.io/a/b:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aa%2Fb%3Apull: 401 Unauthorized',
      { image: 'ghcr.io/a/b:1' },
    ),
    'container web cannot pull image "ghcr.io/a/b:1" (ErrImagePull: 401 Unauthorized)',
  ],
  [
    'a registry host that does not exist',
    waiting(
      'web',
      'ErrImagePull',
      'failed to do request: Head "https://registry.invalid/v2/": dial tcp: lookup registry.invalid: no such host',
    ),
    'container web cannot pull image "nginx:nope" (ErrImagePull: no such host)',
  ],
  [
    'an image that may not be pulled',
    waiting(
      'web',
      'ErrImageNeverPull',
      'Container image "nginx:nope" is not present with pull policy of Never',
    ),
    'container web cannot pull image "nginx:nope" (ErrImageNeverPull: Container image "nginx:nope" is not present with pull policy of Never)',
  ],
  [
    'an image name that is none',
    waiting(
      'web',
      'InvalidImageName',
      'Failed to apply default image tag "Nginx:": invalid reference format',
      { image: 'Nginx:' },
    ),
    'container web has an invalid image name: "Nginx:"',
  ],
  [
    'a crash',
    crashing('web', { exitCode: 1, reason: 'Error', message: 'panic: s3cret' }),
    'container web keeps crashing: last exit code 1',
  ],
  [
    'too little memory',
    crashing('web', { exitCode: 137, reason: 'OOMKilled' }),
    'container web keeps crashing: last exit code 137 (OOMKilled)',
  ],
  [
    'a signal',
    crashing('web', { exitCode: 139, reason: 'Error', signal: 11 }),
    'container web keeps crashing: last exit code 139 (signal 11)',
  ],
  [
    'a program that does not stay',
    crashing('web', { exitCode: 0, reason: 'Completed' }),
    'container web keeps ending: last exit code 0 (Completed)',
  ],
  [
    'a crash between two tries, in the same words',
    running('web', { restartCount: 3, lastState: { terminated: { exitCode: 1, reason: 'Error' } } }),
    'container web keeps crashing: last exit code 1',
  ],
  [
    'a crash at the very moment, in the same words',
    { name: 'web', restartCount: 3, ready: false, state: { terminated: { exitCode: 1, reason: 'Error' } } },
    'container web keeps crashing: last exit code 1',
  ],
  [
    'a first crash',
    { name: 'web', restartCount: 0, ready: false, state: { terminated: { exitCode: 2, reason: 'Error' } } },
    'container web ended with exit code 2',
  ],
  [
    'a command that does not exist',
    crashing('web', {
      exitCode: 128,
      reason: 'StartError',
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "serve": executable file not found in $PATH: unknown',
    }),
    'container web cannot be started: exec: "serve": executable file not found in $PATH',
  ],
  [
    'a command that does not exist, with another runtime',
    waiting(
      'web',
      'RunContainerError',
      'failed to create containerd task: exec: "/serve": stat /serve: no such file or directory: unknown',
    ),
    'container web cannot be started: exec: "/serve": stat /serve: no such file or directory',
  ],
  [
    'a Secret that does not exist',
    waiting('web', 'CreateContainerConfigError', 'secret "web-db" not found'),
    'container web cannot be configured: secret "web-db" not found',
  ],
  [
    'a key that does not exist',
    waiting('web', 'CreateContainerConfigError', "couldn't find key password in Secret shop/web-db"),
    "container web cannot be configured: couldn't find key password in Secret shop/web-db",
  ],
  [
    'a container that cannot be created',
    waiting('web', 'CreateContainerError', 'failed to generate spec: no command specified'),
    'container web cannot be created: no command specified',
  ],
  [
    'a reason nobody knows',
    waiting('web', 'SomethingNew', 'because: of this'),
    'container web is waiting (SomethingNew: of this)',
  ],
  ['a container that runs and is not ready', running('web'), 'container web is running but not ready'],
  [
    'a container that is being created',
    waiting('web', 'ContainerCreating'),
    'container web has not been started yet (ContainerCreating)',
  ],
];

describe('the cause why a workload is not ready', () => {
  for (const [what, status, sentence] of containers) {
    it(`is told from a pod: ${what}`, () => {
      expect(causeOf(deployment, [pod([status])])).to.equal(`pod shop/web-7d9c-x2x: ${sentence}`);
    });
  }

  const unschedulable = (message: string, reason = 'Unschedulable'): Pod =>
    pod([], {
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason, message }] },
    });
  const probed = { containers: [{ name: 'web', readinessProbe: {}, startupProbe: {} }] };
  const init = (status: ContainerStatus, restartPolicy?: string): Pod =>
    pod([waiting('web', 'PodInitializing')], {
      spec: {
        initContainers: [{ name: 'migrate', ...(restartPolicy === undefined ? {} : { restartPolicy }) }],
      },
      status: { phase: 'Pending', initContainerStatuses: [status] },
    });

  const pods: readonly (readonly [what: string, pod: Pod, sentence: string])[] = [
    [
      'no room on any node',
      unschedulable(
        '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
      ),
      'cannot be scheduled: 0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu',
    ],
    [
      'a claim that is not bound',
      unschedulable('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'),
      'cannot be scheduled: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
    ],
    [
      'gates before the scheduler',
      unschedulable('Scheduling is blocked', 'SchedulingGated'),
      'is held back by its scheduling gates',
    ],
    [
      'a readiness probe',
      pod([running('web')], { spec: probed }),
      'container web is running but not ready: its readiness probe does not succeed',
    ],
    [
      'a startup probe',
      pod([running('web', { started: false })], { spec: probed }),
      'container web is running but not ready: its startup probe does not succeed',
    ],
    [
      'an init container that crashes',
      init(crashing('migrate', { exitCode: 3, reason: 'Error' })),
      'init container migrate keeps crashing: last exit code 3',
    ],
    [
      'an init container without its image',
      init(waiting('migrate', 'ErrImagePull', NOT_FOUND)),
      'init container migrate cannot pull image "nginx:nope" (ErrImagePull: not found)',
    ],
    [
      'an init container that takes long',
      init(running('migrate')),
      'init container migrate is still running',
    ],
    [
      'a sidecar that crashes',
      init(crashing('migrate', { exitCode: 3, reason: 'Error' }), 'Always'),
      'sidecar container migrate keeps crashing: last exit code 3',
    ],
    [
      'the main container after the init container is through',
      pod([crashing('web', { exitCode: 1, reason: 'Error' })], {
        status: {
          initContainerStatuses: [
            { name: 'migrate', ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
            running('proxy', { ready: true }),
          ],
        },
        spec: { initContainers: [{ name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }] },
      }),
      'container web keeps crashing: last exit code 1',
    ],
    [
      'the worst of several containers',
      pod([running('proxy'), waiting('web', 'ContainerCreating'), waiting('job', 'ErrImagePull', NOT_FOUND)]),
      'container job cannot pull image "nginx:nope" (ErrImagePull: not found)',
    ],
    [
      'an eviction',
      pod([], {
        status: {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'The node was low on resource: memory. Threshold quantity: 100Mi.',
        },
      }),
      'failed (Evicted): The node was low on resource: memory. Threshold quantity: 100Mi',
    ],
    [
      'gates of readiness',
      pod([running('web', { ready: true })], {
        status: {
          conditions: [
            { type: 'ContainersReady', status: 'True' },
            {
              type: 'Ready',
              status: 'False',
              reason: 'ReadinessGatesNotReady',
              message: 'corresponding condition of pod readiness gate "lb.example/ready" does not exist.',
            },
          ],
        },
      }),
      'waits for its readiness gates: corresponding condition of pod readiness gate "lb.example/ready" does not exist',
    ],
  ];
  for (const [what, of, sentence] of pods) {
    it(`is told from a pod: ${what}`, () => {
      expect(causeOf(deployment, [of])).to.equal(`pod shop/web-7d9c-x2x: ${sentence}`);
    });
  }

  const { metadata } = pod([]);
  const about = (reason: string, message: string, container?: string): KubeEvent =>
    event(metadata, reason, message, container);
  const events: readonly (readonly [
    what: string,
    pod: Pod,
    events: readonly KubeEvent[],
    sentence: string,
  ])[] = [
    [
      'what the readiness probe answered',
      pod([running('web')], { spec: probed }),
      [
        about('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 'web'),
        about('Unhealthy', 'Readiness probe failed: of another container', 'proxy'),
      ],
      'container web is running but not ready: readiness probe failed: HTTP probe failed with statuscode: 503',
    ],
    [
      'that the liveness probe ends it again and again',
      pod([crashing('web', { exitCode: 137, reason: 'Error' })]),
      [
        about(
          'Unhealthy',
          'Liveness probe failed: Get "http://10.0.0.7:80/": dial tcp 10.0.0.7:80: connect: connection refused',
          'web',
        ),
      ],
      'container web is restarted again and again: liveness probe failed: Get "http://10.0.0.7:80/": dial tcp 10.0.0.7:80: connect: connection refused',
    ],
    [
      'not of an old failure of a probe when it crashes by itself',
      pod([crashing('web', { exitCode: 1, reason: 'Error' })]),
      [about('Unhealthy', 'Liveness probe failed: timeout', 'web')],
      'container web keeps crashing: last exit code 1',
    ],
    [
      'why an older kubelet backs off',
      pod([waiting('web', 'ImagePullBackOff', 'Back-off pulling image "nginx:nope"')]),
      [
        about(
          'Failed',
          `Failed to pull image "nginx:nope": rpc error: code = NotFound desc = ${NOT_FOUND}`,
          'web',
        ),
      ],
      'container web cannot pull image "nginx:nope" (ErrImagePull: not found)',
    ],
    [
      'which volume cannot be mounted',
      pod([waiting('web', 'ContainerCreating')]),
      [
        about(
          'FailedMount',
          'MountVolume.SetUp failed for volume "config" : configmap "web-config" not found',
        ),
      ],
      'volume "config" cannot be mounted: configmap "web-config" not found',
    ],
  ];
  for (const [what, of, known, sentence] of events) {
    it(`is told better with Events: ${what}`, () => {
      expect(causeOf(deployment, [of], known)).to.equal(`pod shop/web-7d9c-x2x: ${sentence}`);
    });
  }

  it('is the newest of several Events', () => {
    const old: KubeEvent = {
      ...about('Unhealthy', 'Readiness probe failed: old'),
      lastTimestamp: '2026-03-01T09:00:00Z',
    };
    const series: KubeEvent = {
      ...about('Unhealthy', 'Readiness probe failed: new'),
      lastTimestamp: null,
      series: { lastObservedTime: '2026-03-01T11:00:00Z' },
    };

    expect(causeOf(deployment, [pod([running('web')], { spec: probed })], [series, old])).to.match(
      /probe failed: new$/,
    );
  });

  const quota =
    'pods "web-7d9c-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2';
  const refused = workload(
    'Deployment',
    { replicas: 3 },
    { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: quota }] },
  );

  it('is that pods are refused, by quota or admission', () => {
    const ofJob: KubeEvent = {
      involvedObject: { kind: 'StatefulSet', name: 'web' },
      reason: 'FailedCreate',
      message: `Create Pod web-0 in StatefulSet web failed error: ${quota}`,
    };

    expect(causeOf(refused, [])).to.equal(`pods cannot be created: ${quota}`);
    expect(causeOf(refused, [readyPod('web-7d9c-a', 'web-7d9c', '2026-03-01T10:00:00Z')])).to.equal(
      `pods cannot be created: ${quota}`,
    );
    expect(causeOf(workload('StatefulSet', {}, {}), [], [ofJob])).to.equal(
      `pods cannot be created: ${quota}`,
    );
  });

  it('is rather what breaks the pods that there are', () => {
    expect(causeOf(refused, [pod([crashing('web', { exitCode: 1 })])])).to.match(/keeps crashing/);
    expect(causeOf(refused, [pod([running('web')])])).to.match(/^pods cannot be created/);
  });

  const oldPod = pod([waiting('web', 'ErrImagePull', NOT_FOUND)], {
    name: 'web-old-a',
    replicaSet: 'web-old',
    created: '2026-03-01T09:00:00Z',
  });
  const newPod = pod([running('web')], {
    name: 'web-new-b',
    replicaSet: 'web-new',
    created: '2026-03-01T10:00:00Z',
  });

  it('is sought in the newest ReplicaSet first', () => {
    expect(causeOf(deployment, [oldPod, newPod])).to.match(/^pod shop\/web-new-b: /);
    expect(causeOf(deployment, [newPod, oldPod])).to.match(/^pod shop\/web-new-b: /);
  });

  it('is sought in the ReplicaSet that the Deployment names, though an old one made a pod since', () => {
    const message = 'ReplicaSet "web-old" is progressing.';
    const naming = workload(
      'Deployment',
      {},
      { conditions: [{ type: 'Progressing', status: 'True', message }] },
    );

    expect(causeOf(naming, [newPod, oldPod])).to.match(/^pod shop\/web-old-a: /);
  });

  it('is sought in old pods if nothing is wrong with the new ones', () => {
    const fine = readyPod('web-new-c', 'web-new', '2026-03-01T11:00:00Z');

    expect(causeOf(deployment, [oldPod, fine])).to.match(/^pod shop\/web-old-a: /);
  });

  it('is sought in the update revision of a StatefulSet first', () => {
    const statefulSet = workload('StatefulSet', {}, { currentRevision: 'web-1', updateRevision: 'web-2' });
    const current = pod([crashing('web', { exitCode: 1 })], {
      name: 'web-0',
      revision: 'web-1',
      created: '2026-03-01T11:00:00Z',
    });
    const updated = pod([running('web')], { name: 'web-1', revision: 'web-2' });

    expect(causeOf(statefulSet, [current, updated])).to.match(/^pod shop\/web-1: /);
  });

  it('is the same whatever the order of the pods, and leaves out those that go', () => {
    const a = pod([crashing('web', { exitCode: 1 })], { name: 'web-7d9c-a' });
    const b = pod([crashing('web', { exitCode: 2 })], { name: 'web-7d9c-b' });
    const gone = pod([waiting('web', 'ErrImagePull', NOT_FOUND)], { name: 'web-7d9c-0', deleted: true });

    expect(causeOf(deployment, [a, b, gone])).to.equal(
      'pod shop/web-7d9c-a: container web keeps crashing: last exit code 1',
    );
    expect(causeOf(deployment, [gone, b, a])).to.equal(causeOf(deployment, [a, b, gone]));
  });

  it('is told of a pod that belongs to the chart itself', () => {
    expect(causeOf(pod([waiting('web', 'ErrImagePull', NOT_FOUND)]), [])).to.equal(
      'pod shop/web-7d9c-x2x: container web cannot pull image "nginx:nope" (ErrImagePull: not found)',
    );
  });

  it('is not told when nothing is wrong', () => {
    expect(causeOf(deployment, [])).to.equal(undefined);
    expect(causeOf(deployment, [readyPod('web-a', 'web', '2026-03-01T10:00:00Z')])).to.equal(undefined);
    expect(causeOf(deployment, [pod([], { status: { phase: 'Succeeded' } })])).to.equal(undefined);
  });

  it('stays one short line, whatever a kubelet or a program writes', () => {
    const nasty = `\u001b[31mline one\nline two\u202e ${'x'.repeat(100_000)}`;

    const cause = causeOf(deployment, [pod([waiting('web', 'CreateContainerConfigError', nasty)])]) ?? '';

    expect(cause)
      .to.match(/^[^\p{Cc}\p{Cf}]*$/u)
      .and.to.contain('line one line two');
    expect(cause.length).to.be.below(400);
  });
});
