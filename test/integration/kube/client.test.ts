import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { tool } from '../../../hack/testenv/testenv.ts';
import { childKubeconfig, loadConnection } from '../../../src/kube/connection.ts';
import { createDiscovery } from '../../../src/kube/discovery.ts';
import { ApiError, isConflict } from '../../../src/kube/errors.ts';
import { createEventRecorder } from '../../../src/kube/events.ts';
import {
  CONFIG_MAPS,
  NAMESPACES,
  SECRETS,
  type KubeObject,
  type ResourceType,
} from '../../../src/kube/resource-type.ts';
import { createResource, type Resource } from '../../../src/kube/resource.ts';
import { createTransport, type RequestSeen, type Transport } from '../../../src/kube/transport.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { eventually, never, open, startCluster, type Cluster } from './cluster.ts';

interface Thing extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly size?: number };
  readonly status?: { readonly seen?: number };
}

const CRDS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const SERVICE_ACCOUNTS: ResourceType = { ...CONFIG_MAPS, kind: 'ServiceAccount', plural: 'serviceaccounts' };
const WIDGETS: ResourceType = {
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};
const openSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const WIDGET_CRD = {
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: openSchema },
      },
    ],
  },
};

describe('the client before a real API server', () => {
  let cluster: Cluster;
  let transport: Transport;
  let configMaps: Resource<Thing>;
  const seen: RequestSeen[] = [];
  const configMap = (name: string, more: Partial<Thing> = {}): Thing => ({
    metadata: { name, namespace: 'default' },
    ...more,
  });
  const run = async (name: string, args: readonly string[], kubeconfig: string): Promise<string> => {
    const env = { PATH: '/usr/bin:/bin', HOME: cluster.dir, KUBECONFIG: kubeconfig };
    return (await promisify(execFile)(await tool(name), args, { env })).stdout;
  };
  const failureOf = async (promise: Promise<unknown>): Promise<ApiError> => {
    try {
      await promise;
    } catch (caught) {
      if (caught instanceof ApiError) return caught;
      throw caught;
    }
    throw new Error('it did not fail');
  };

  before(async () => {
    cluster = await startCluster();
    transport = open(cluster.plane.kubeconfig, { onRequest: (one) => seen.push(one) });
    configMaps = createResource<Thing>(transport, CONFIG_MAPS);
  }).timeout(180_000);
  after(async () => {
    transport.close();
    await cluster.stop();
  });

  it('creates, reads, changes and deletes', async () => {
    const ref = { namespace: 'default', name: 'one' };

    const created = await configMaps.create(configMap('one', { data: { a: '1' } }), never());
    const replaced = await configMaps.replace({ ...created, data: { a: '2' } }, never());
    const patched = await configMaps.mergePatch(ref, { data: { b: '3' } }, never());

    expect(created).to.include({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(replaced.data).to.deep.equal({ a: '2' });
    expect(patched.data).to.deep.equal({ a: '2', b: '3' });
    expect(await configMaps.get(ref, never())).to.deep.equal(patched);
    expect(await configMaps.delete(ref, {}, never())).to.equal(true);
    expect(await configMaps.delete(ref, {}, never())).to.equal(false);
    expect(await configMaps.get(ref, never())).to.equal(undefined);
    expect(
      seen.some(({ verb, resource, code }) => verb === 'create' && resource === 'configmaps' && code === 201),
    ).to.equal(true);
  });

  it('overwrites nothing that somebody else has changed in the meantime', async () => {
    const ref = { namespace: 'default', name: 'contended' };
    const mine = await configMaps.create(configMap('contended'), never());
    await configMaps.mergePatch(ref, { data: { theirs: 'yes' } }, never());
    const { resourceVersion } = mine.metadata;

    const replace = await failureOf(configMaps.replace(mine, never()));
    const patch = await failureOf(configMaps.mergePatch(ref, { metadata: { resourceVersion } }, never()));
    const remove = await failureOf(configMaps.delete(ref, { resourceVersion }, never()));
    const again = await failureOf(configMaps.create(configMap('contended'), never()));

    for (const error of [replace, patch, remove, again])
      expect(isConflict(error), error.message).to.equal(true);
    expect(replace.message).to.match(
      /^cannot update configmaps default\/contended: .*the object has been modified/,
    );
    const stranger = await failureOf(configMaps.delete(ref, { uid: 'of-a-predecessor' }, never()));
    expect(isConflict(stranger)).to.equal(true);
    expect(await configMaps.get(ref, never())).to.have.nested.property('data.theirs', 'yes');
  });

  it('applies what it owns, says whose it would take, and takes it when told to', async () => {
    const apply = (manager: string, color: string, force: boolean): Promise<Thing> =>
      configMaps.apply(configMap('shared', { data: { color } }), { fieldManager: manager, force }, never());
    await apply('theirs', 'red', false);

    const conflict = await failureOf(apply('ours', 'green', false));
    const taken = await apply('ours', 'green', true);

    expect(conflict).to.include({ status: 409 });
    expect(conflict.message).to.contain('conflict with "theirs"').and.contain('.data.color');
    expect(conflict.details.causes?.[0]).to.include({ reason: 'FieldManagerConflict', field: '.data.color' });
    expect(taken.data).to.deep.equal({ color: 'green' });
  });

  it('stores nothing by a dry run', async () => {
    const dry = await configMaps.dryRunCreate(configMap('dry'), never());

    expect(dry.metadata.uid).to.be.a('string');
    expect(await configMaps.get({ namespace: 'default', name: 'dry' }, never())).to.equal(undefined);
  });

  it('lists page by page and selects', async () => {
    const names = Array.from({ length: 7 }, (_, i) => `paged-${String(i)}`);
    for (const name of names) {
      await configMaps.create(
        { metadata: { name, namespace: 'default', labels: { paged: 'yes' } } },
        never(),
      );
    }
    const paged = createResource<Thing>(transport, CONFIG_MAPS, { pageSize: 3 });

    const sizes: number[] = [];
    for await (const { items } of paged.pages({ labelSelector: 'paged=yes' }, never()))
      sizes.push(items.length);
    const { items, resourceVersion } = await paged.list(
      { namespace: 'default', labelSelector: 'paged=yes' },
      never(),
    );
    const one = await paged.list({ fieldSelector: 'metadata.name=paged-3' }, never());

    expect(sizes).to.deep.equal([3, 3, 1]);
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(names);
    expect(Number(resourceVersion)).to.be.greaterThan(0);
    expect(one.items).to.have.length(1);
  });

  it('explains what it may not do, and that this can change', async () => {
    const accounts = createResource<Thing>(transport, SERVICE_ACCOUNTS);
    await accounts.create(configMap('nobody'), never());
    const dir = join(cluster.dir, 'service-account');
    await mkdir(dir);
    const token = await run('kubectl', ['create', 'token', 'nobody'], cluster.plane.kubeconfig);
    await writeFile(join(dir, 'token'), token);
    await writeFile(join(dir, 'ca.crt'), cluster.plane.caPem);
    const { hostname, port } = new URL(cluster.plane.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const pod = createTransport(loadConnection({ env, serviceAccountDir: dir }), {
      log: silentLogger,
      clock: systemClock,
      random: systemRandom,
      version: 'test',
    });

    const error = await failureOf(createResource(pod, SECRETS).list({ namespace: 'default' }, never()));

    expect(error).to.include({ status: 403, statusReason: 'Forbidden', retry: 'backoff' });
    expect(error.message).to.match(
      /^cannot list secrets in namespace default: secrets is forbidden: User "system:serviceaccount:default:nobody"/,
    );
    pod.close();
  });

  it('finds a new kind soon after its definition, and its objects have a status of their own', async () => {
    const discovery = createDiscovery(transport, { clock: systemClock, missMs: 50 });
    const find = () => discovery.find('example.com/v1', 'Widget', never());
    expect(await find()).to.equal(undefined);
    expect(await discovery.find('apps/v1', 'Deployment', never())).to.include({ plural: 'deployments' });
    await createResource<KubeObject>(transport, CRDS).create(WIDGET_CRD, never());
    await eventually(async () => {
      expect(await find()).to.deep.equal(WIDGETS);
    });
    const widgets = createResource<Thing>(transport, WIDGETS);

    const created = await widgets.create(
      { ...configMap('w'), spec: { size: 1 }, status: { seen: 1 } },
      never(),
    );
    const replaced = await widgets.replaceStatus(
      { ...created, spec: { size: 2 }, status: { seen: 2 } },
      never(),
    );

    expect(created.status).to.equal(undefined);
    expect([replaced.spec, replaced.status]).to.deep.equal([{ size: 1 }, { seen: 2 }]);
  });

  it('tells people by events what they see with kubectl describe', async () => {
    const recorder = createEventRecorder({
      transport,
      log: silentLogger,
      clock: systemClock,
      random: systemRandom,
    });
    const regarding = await configMaps.create(configMap('described'), never());
    const missing = {
      regarding,
      type: 'Warning',
      reason: 'FailedUpgrade',
      message: 'no such chart',
    } as const;

    recorder.record(missing);
    await recorder.flush(never());
    recorder.record(missing);
    recorder.record(missing);
    recorder.record({ regarding, type: 'Normal', reason: 'Released', message: 'all is well' });
    await recorder.flush(never());

    const text = await run('kubectl', ['describe', 'configmap', 'described'], cluster.plane.kubeconfig);
    expect(text).to.match(/Warning +FailedUpgrade +\d+s \(x3 over \d+s\) +helm-operator +no such chart/);
    expect(text).to.match(/Normal +Released +\d+s +helm-operator +all is well/);
    recorder.close();
  });

  it('writes events of objects without a namespace, and gives up on those that nobody may write', async () => {
    const recorder = createEventRecorder({
      transport,
      log: silentLogger,
      clock: systemClock,
      random: systemRandom,
    });
    const namespace = await createResource(transport, NAMESPACES).get({ name: 'default' }, never());
    const lost = configMap('lost');
    const elsewhere = { ...lost, metadata: { ...lost.metadata, namespace: 'not-there' } };

    recorder.record({
      regarding: elsewhere,
      type: 'Normal',
      reason: 'Lost',
      message: 'nobody will read this',
    });
    if (namespace !== undefined)
      recorder.record({ regarding: namespace, type: 'Normal', reason: 'Seen', message: 'hello' });
    await recorder.flush(never());

    const text = await run('kubectl', ['get', 'events', '-n', 'default'], cluster.plane.kubeconfig);
    expect(text).to.match(/Normal +Seen +namespace\/default +hello/);
    recorder.close();
  });

  it('gives children a kubeconfig with which kubectl and helm work', async () => {
    const path = join(cluster.dir, 'child.kubeconfig');
    const connection = loadConnection({ kubeconfig: cluster.proxy.kubeconfig, env: {} });
    await writeFile(path, await childKubeconfig(connection), { mode: 0o600 });

    expect(await run('kubectl', ['get', 'namespace', 'default', '-o', 'name'], path)).to.equal(
      'namespace/default\n',
    );
    expect(await run('helm', ['list', '--all-namespaces', '-o', 'json'], path)).to.equal('[]\n');
    expect(await run('helm3', ['list', '--all-namespaces', '-o', 'json'], path)).to.equal('[]\n');
  });
});
