import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { assess, type AssessOptions } from '../../../src/health/assess.ts';
import { causeOf } from '../../../src/health/cause.ts';
import type { Health } from '../../../src/health/health.ts';
import { cutWorkload, isOfRelease } from '../../../src/release/observe/cut-workload.ts';
import { startCluster, until, type Cluster } from './cluster.ts';

type Part = Readonly<Record<string, unknown>>;

const PULL = 'example.invalid/web:nope';

/** The spec of a workload whose pods behave as told (see hack/testenv/README.md). */
function spec(app: string, behaviour: string | undefined, more: Part = {}, container: Part = {}): Part {
  const labels = {
    app,
    ...(behaviour === undefined ? {} : { 'testenv.helm-release-operator.io/pod': behaviour }),
  };
  return {
    selector: { matchLabels: { app } },
    template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: PULL, ...container }] } },
    ...more,
  };
}

describe('health, on a real control plane with simulated pods', function () {
  this.timeout(60_000);
  let owner: AsyncDisposableStack;
  let cluster: Cluster;

  before(async function () {
    this.timeout(900_000); // the programs may have to be built first
    owner = new AsyncDisposableStack();
    cluster = await startCluster(owner);
  });

  after(() => owner.disposeAsync());

  const create = (kind: string, name: string, of: Part): Promise<void> =>
    cluster.create(`${kind.toLowerCase()}s`, { kind, metadata: { name }, spec: of });

  /** Waits for a verdict of this kind; fails on one that must not come before. */
  const verdict = (
    path: string,
    kind: Health['kind'],
    never?: Health['kind'],
    options: () => Promise<AssessOptions> = () => Promise.resolve({}),
  ): Promise<Health> =>
    until(`${path} to be ${kind}`, async () => {
      const object = await cluster.get(path);
      const health = assess(object, await options());
      if (health.kind === never) throw new Error(`${path} is ${JSON.stringify(health)}`);
      return health.kind === kind ? health : undefined;
    });

  /** Waits until the verdict says just this; the controller writes its status a moment after it made the pods. */
  const progressing = (path: string, why: string): Promise<true> =>
    until(`${path} to say "${why}"`, async () => {
      const health = assess(await cluster.get(path));
      return health.kind === 'progressing' && health.why === why ? true : undefined;
    });

  /** Waits for a sentence that matches; the Events give the details. */
  const cause = (path: string, app: string, pattern: RegExp): Promise<string> =>
    until(`the cause ${String(pattern)}`, async () => {
      const [workload, pods, events] = await Promise.all([
        cluster.get(path),
        cluster.list(`pods?labelSelector=app%3D${app}`),
        cluster.events(),
      ]);
      const sentence = causeOf(workload, pods, events);
      return sentence !== undefined && pattern.test(sentence) ? sentence : undefined;
    });

  it('of a Deployment of Helm is all that a watch has to remember: nothing of its ReplicaSets and Pods', async () => {
    const annotations = { 'meta.helm.sh/release-name': 'helms', 'meta.helm.sh/release-namespace': 'shop' };
    const metadata = { name: 'helms', annotations };
    await cluster.create('deployments', {
      ...{ kind: 'Deployment', metadata },
      spec: spec('helms', undefined, { replicas: 2 }),
    });
    await verdict('deployments/helms', 'ready');
    const deployment = await cluster.get('deployments/helms');
    const made = [
      ...(await cluster.list('replicasets?labelSelector=app%3Dhelms')),
      ...(await cluster.list('pods?labelSelector=app%3Dhelms')),
    ];

    expect([isOfRelease(deployment), assess(cutWorkload(deployment)).kind]).to.deep.equal([true, 'ready']);
    expect(made).to.have.length(3);
    // Lists leave the kind out; Kubernetes gives a ReplicaSet the annotations of its Deployment.
    expect(made[0]?.metadata.annotations).to.include(annotations);
    expect(isOfRelease({ ...made[0], kind: 'ReplicaSet' } as typeof deployment)).to.equal(false);
    expect(made.slice(1).map(isOfRelease)).to.deep.equal([false, false]);
  });

  it('a Deployment, a StatefulSet, a DaemonSet and a Service become ready, and stay so through an update', async () => {
    await create('Deployment', 'good', spec('good', undefined, { replicas: 3 }));
    await create('StatefulSet', 'good', spec('good-set', undefined, { replicas: 2, serviceName: 'good' }));
    await create('DaemonSet', 'good', spec('good-daemon', undefined));
    await create('Service', 'good', { selector: { app: 'good' }, ports: [{ port: 80 }] });
    const paths = ['deployments/good', 'statefulsets/good', 'daemonsets/good', 'services/good'];

    for (const path of paths) await verdict(path, 'ready', 'failed');

    for (const path of paths.slice(0, 3)) {
      const template = { metadata: { annotations: { version: '2' } } };
      await cluster.patch(path, { spec: { template } });
      expect(assess(await cluster.get(path)), 'right after the write')
        .to.have.property('kind')
        .that.does.not.equal('failed');
      await verdict(path, 'ready', 'failed');
    }
  });

  it('a Deployment whose image cannot be pulled is not ready, and its pod says why', async () => {
    await create('Deployment', 'pull', spec('pull', 'image-pull'));

    const sentence = await cause('deployments/pull', 'pull', /cannot pull image/);

    expect(sentence).to.match(
      /^pod shop\/pull-[a-z0-9-]+: container web cannot pull image "example\.invalid\/web:nope" \(ErrImagePull: not found\)$/,
    );
    await progressing('deployments/pull', 'Deployment shop/pull: 0 of 1 pods ready');
    // The back-off that follows changes nothing in the sentence.
    await until('the back-off', async () =>
      (await cluster.events()).some((event) => event.message === 'Error: ImagePullBackOff')
        ? true
        : undefined,
    );
    expect(await cause('deployments/pull', 'pull', /./)).to.equal(sentence);
  });

  it('a Deployment that crashes is not ready, and its pod says why', async () => {
    await create('Deployment', 'crash', spec('crash', 'crash-loop', { replicas: 2 }));

    expect(await cause('deployments/crash', 'crash', /crash/)).to.match(
      /^pod shop\/crash-[a-z0-9-]+: container web keeps crashing: last exit code 1$/,
    );
    await progressing('deployments/crash', 'Deployment shop/crash: 0 of 2 pods ready');
  });

  /** Lets an update run into its deadline, then goes back, with `told` as what the pods are told each time. */
  const goThereAndBack = async (
    app: string,
    good: string | undefined,
    options: () => Promise<AssessOptions>,
  ): Promise<void> => {
    const path = `deployments/${app}`;
    const margins = {
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      progressDeadlineSeconds: 2,
    };
    const probe = { readinessProbe: { httpGet: { path: '/', port: 80 } } };
    const tell = (behaviour: string | undefined): Promise<void> =>
      cluster.patch(path, {
        spec: {
          template: { metadata: { labels: { 'testenv.helm-release-operator.io/pod': behaviour ?? null } } },
        },
      });
    await create('Deployment', app, spec(app, good, margins, probe));
    await verdict(path, 'ready', 'failed');

    await tell('never-ready');
    expect(await verdict(path, 'failed', 'ready', options)).to.deep.equal({
      kind: 'failed',
      why: `Deployment shop/${app}: 0 of 1 new pods ready, no progress for 2 s (progressDeadlineSeconds)`,
    });
    expect(await cause(path, app, /probe failed/)).to.match(
      /^pod shop\/[a-z0-9-]+: container web is running but not ready: readiness probe failed: HTTP probe failed with statuscode: 503$/,
    );

    await tell(good);
    await verdict(path, 'ready', 'failed', options);
  };

  it('an update that never becomes ready fails at its deadline, and going back is not taken for that failure', async () => {
    await goThereAndBack('late', 'fine', () => Promise.resolve({}));
  });

  it('not even if going back only removes something, with the ReplicaSets at hand', async () => {
    await goThereAndBack('later', undefined, async () => ({
      replicaSets: await cluster.list('replicasets'),
    }));
  });

  it('pods that fit on no node, or that a quota refuses, are told too', async () => {
    const greedy = { resources: { requests: { cpu: '100000' } } };
    await create('Deployment', 'large', spec('large', undefined, {}, greedy));
    expect(await cause('deployments/large', 'large', /scheduled/)).to.match(
      /^pod shop\/large-[a-z0-9-]+: cannot be scheduled: 0\/1 nodes are available: 1 Insufficient cpu/,
    );

    await cluster.create('resourcequotas', {
      metadata: { name: 'no-more' },
      spec: { hard: { 'count/pods': '0' } },
    });
    await until('the quota to count', async () => {
      const quota = (await cluster.get('resourcequotas/no-more')) as { status?: { used?: unknown } };
      return quota.status?.used;
    });
    await create('Deployment', 'refused', spec('refused', undefined));
    expect(await cause('deployments/refused', 'refused', /quota/)).to.match(
      /^pods cannot be created: pods "refused-[a-z0-9-]+" is forbidden: exceeded quota: no-more/,
    );
    await create('StatefulSet', 'refused', spec('refused-set', undefined, { serviceName: 'refused' }));
    expect(await cause('statefulsets/refused', 'refused-set', /quota/)).to.match(
      /^pods cannot be created: pods "refused-0" is forbidden: exceeded quota: no-more/,
    );
  });
});
