import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startControlPlane } from '../../../hack/testenv/testenv.ts';
import type { ControlPlane } from '../../../hack/testenv/testenv.ts';
import { eventually } from './eventually.ts';

interface PodStatus {
  readonly phase?: string;
  readonly startTime?: string;
  readonly conditions?: readonly {
    type: string;
    status: string;
    reason?: string;
    message?: string;
    lastTransitionTime: string;
  }[];
  readonly containerStatuses?: readonly {
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state: {
      readonly waiting?: { reason: string; message: string };
      readonly terminated?: { reason: string; exitCode: number };
    };
    readonly lastState?: { readonly terminated?: { exitCode: number } };
  }[];
}

const POD = 'testenv.helm-release-operator.io/pod';
const READY_AFTER = 'testenv.helm-release-operator.io/ready-after';
const ENDS_AFTER = 'testenv.helm-release-operator.io/ends-after';

describe('what simulated pods can be told to do', () => {
  let base: string;
  let plane: ControlPlane;

  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'testenv-'));
    plane = await startControlPlane(join(base, 'plane'));
  }).timeout(180_000);
  after(async () => {
    await plane.stop();
    await rm(base, { recursive: true });
  });

  const PODS = '/api/v1/namespaces/default/pods';

  async function create(name: string, metadata: object, spec: object = {}): Promise<void> {
    const containers = [{ name: 'main', image: 'example.com/app:1' }];
    const body = { metadata: { name, ...metadata }, spec: { containers, ...spec } };
    const { status, text } = await plane.client.send('POST', PODS, body);
    if (status !== 201) throw new Error(text);
  }

  /** The pod's status, once it fits. */
  async function statusOf(name: string, fits: (status: PodStatus) => boolean): Promise<PodStatus> {
    return eventually(`the wanted status of pod ${name}`, async () => {
      const { status } = (await plane.client.send('GET', `${PODS}/${name}`)).json() as { status: PodStatus };
      return fits(status) ? status : undefined;
    });
  }

  const isReady = ({ conditions = [] }: PodStatus): boolean =>
    conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const waitingFor =
    (reason: string) =>
    (status: PodStatus): boolean =>
      status.containerStatuses?.[0]?.state.waiting?.reason === reason;
  const unready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady' };

  it('nothing: it is ready at once', async () => {
    await create('plain', {});

    const status = await statusOf('plain', isReady);

    expect(status.phase).to.equal('Running');
    expect(status.containerStatuses?.[0]).to.include({ ready: true, restartCount: 0 });
  });

  for (const kind of ['annotations', 'labels']) {
    it(`never-ready, by one of its ${kind}: it runs and is not ready, with the reason`, async () => {
      await create(`never-${kind}`, { [kind]: { [POD]: 'never-ready' } });

      const status = await statusOf(`never-${kind}`, ({ phase }) => phase === 'Running');

      expect(isReady(status)).to.equal(false);
      expect(status.conditions?.find(({ type }) => type === 'Ready')).to.include({
        ...unready,
        message: 'containers with unready status: [main]',
      });
    });
  }

  it('ready-after 2s: it runs unready, and is ready two seconds later', async () => {
    await create('later', { annotations: { [READY_AFTER]: '2s' } });

    const began = await statusOf('later', ({ phase }) => phase === 'Running');
    const status = await statusOf('later', isReady);

    const readyAt = status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
    expect(began.conditions?.find(({ type }) => type === 'Ready')).to.include(unready);
    // Kubernetes keeps whole seconds.
    expect(Date.parse(readyAt) - Date.parse(began.startTime ?? '')).to.be.within(1_000, 4_000);
  });

  it('crash-loop: it waits in CrashLoopBackOff after an exit code 1, and restarts are counted up', async () => {
    await create('crashes', { annotations: { [POD]: 'crash-loop' } });

    const status = await statusOf('crashes', waitingFor('CrashLoopBackOff'));
    const again = await statusOf(
      'crashes',
      ({ containerStatuses }) => containerStatuses?.[0]?.restartCount === 2,
    );

    const [container] = status.containerStatuses ?? [];
    expect(container).to.include({ ready: false, restartCount: 1 });
    expect(container?.lastState?.terminated?.exitCode).to.equal(1);
    expect(container?.state.waiting?.message).to.match(
      /^back-off 10s restarting failed container=main pod=crashes_default\([0-9a-f-]{36}\)$/,
    );
    expect(status.conditions?.find(({ type }) => type === 'Ready')).to.include(unready);
    expect(waitingFor('CrashLoopBackOff')(again)).to.equal(true);
  }).timeout(30_000);

  it('image-pull: it stays Pending, first with ErrImagePull, then with ImagePullBackOff', async () => {
    await create('image', { annotations: { [POD]: 'image-pull' } });

    const first = await statusOf('image', waitingFor('ErrImagePull'));
    const then = await statusOf('image', waitingFor('ImagePullBackOff'));

    expect(first.containerStatuses?.[0]?.state.waiting?.message).to.contain('example.com/app:1: not found');
    expect(then.containerStatuses?.[0]?.state.waiting?.message).to.match(
      /^Back-off pulling image "example.com\/app:1": ErrImagePull: /,
    );
    expect(then.phase).to.equal('Pending');
  });

  it('writes the Events of a real kubelet when a pod is in trouble', async () => {
    await create('noisy', { annotations: { [POD]: 'crash-loop' } });

    const event = await eventually('an Event', async () => {
      const path =
        '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dnoisy,reason%3DBackOff';
      const { items } = (await plane.client.send('GET', path)).json() as { items: readonly object[] };
      return items[0];
    });

    expect(event).to.include({ type: 'Warning', message: 'Back-off restarting failed container' });
  });

  it('a pod that may end succeeds at once', async () => {
    await create('ends', {}, { restartPolicy: 'Never' });

    const status = await statusOf('ends', ({ phase }) => phase === 'Succeeded');

    expect(status.containerStatuses?.[0]?.state.terminated).to.include({ exitCode: 0, reason: 'Completed' });
  });

  it('ends-after 2s: it runs for that time and succeeds', async () => {
    await create('ends-later', { annotations: { [ENDS_AFTER]: '2s' } }, { restartPolicy: 'Never' });

    const running = await statusOf('ends-later', isReady);
    const ended = await statusOf('ends-later', ({ phase }) => phase === 'Succeeded');

    const endedAt = ended.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
    expect(Date.parse(endedAt) - Date.parse(running.startTime ?? '')).to.be.within(1_000, 4_000);
  });

  it('runs: it does not end, even if it may', async () => {
    await create('runs', { annotations: { [POD]: 'runs' } }, { restartPolicy: 'Never' });
    await statusOf('runs', isReady);
    // The other one was made later and has ended: this one had its time.
    await create('ends-meanwhile', { annotations: { [ENDS_AFTER]: '1s' } }, { restartPolicy: 'Never' });
    await statusOf('ends-meanwhile', ({ phase }) => phase === 'Succeeded');

    expect(isReady(await statusOf('runs', ({ phase }) => phase === 'Running'))).to.equal(true);
  });

  it('fails: it ends with exit code 1', async () => {
    await create('fails', { annotations: { [POD]: 'fails' } }, { restartPolicy: 'Never' });

    const status = await statusOf('fails', ({ phase }) => phase === 'Failed');

    expect(status.containerStatuses?.[0]?.state.terminated).to.include({ exitCode: 1, reason: 'Error' });
  });

  for (const [name, labels, type, reason] of [
    ['good', {}, 'Complete', 'CompletionsReached'],
    ['bad', { [POD]: 'fails' }, 'Failed', 'BackoffLimitExceeded'],
  ] as const) {
    it(`a Job whose pods ${name === 'good' ? 'succeed' : 'are told to fail'} gets the condition ${type}`, async () => {
      const containers = [{ name: 'main', image: 'app:1' }];
      const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers } };
      const path = '/apis/batch/v1/namespaces/default/jobs';
      await plane.client.send('POST', path, { metadata: { name }, spec: { backoffLimit: 0, template } });

      const condition = await eventually(`the end of job ${name}`, async () => {
        const { status } = (await plane.client.send('GET', `${path}/${name}`)).json() as {
          status: PodStatus;
        };
        return status.conditions?.find((found) => found.type === type && found.status === 'True');
      });

      expect(condition.reason).to.equal(reason);
    });
  }

  it('deleted: it is gone', async () => {
    await create('deleted', {});
    await statusOf('deleted', isReady);

    await plane.client.send('DELETE', `${PODS}/deleted`);

    await eventually('the end of the pod', async () => {
      const { status } = await plane.client.send('GET', `${PODS}/deleted`);
      return status === 404 ? true : undefined;
    });
  });
});
