import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { tool } from '../../../hack/testenv/testenv.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { serviceAccountUser } from '../../../src/api/service-account.ts';
import { actingAs } from '../../../src/kube/impersonate.ts';
import { conflictsIn, foldedManagers, managedFieldsOf, ownFields } from '../../../src/kube/managed-fields.ts';
import { CONFIG_MAPS, type KubeObject, type ResourceType } from '../../../src/kube/resource-type.ts';
import { createResource, type Resource } from '../../../src/kube/resource.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { never, open, startCluster, type Cluster } from './cluster.ts';

interface Thing extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly status?: object;
}

const DEPLOYMENTS: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
const MANAGER = 'gitsync:team-a/production';

describe('server-side apply, as we rely on it', () => {
  let cluster: Cluster;
  let transport: Transport;
  let configMaps: Resource<Thing>;
  let deployments: Resource<Thing>;

  const configMap = (name: string, data: Record<string, string>): Thing => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  });
  const deployment = (name: string): Thing => ({
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'web:1', env: [{ name: 'A', value: '1' }] }] },
      },
    },
  });
  const apply = <T extends KubeObject>(objects: Resource<T>, object: T, dryRun = false): Promise<T> =>
    objects.apply(
      object,
      { fieldManager: MANAGER, force: false, dryRun, fieldValidation: 'Strict' },
      never(),
    );
  const get = async <T extends KubeObject>(objects: Resource<T>, name: string): Promise<T> => {
    const found = await objects.get({ namespace: 'default', name }, never());
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const failureOf = async (work: Promise<unknown>): Promise<ApiError> => {
    const caught: unknown = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(caught instanceof ApiError)) throw new Error(`no refusal: ${String(caught)}`);
    return caught;
  };
  const kubectl = async (args: readonly string[], env: Record<string, string> = {}): Promise<void> => {
    await promisify(execFile)(await tool('kubectl'), args, {
      env: { PATH: '/usr/bin:/bin', HOME: cluster.dir, KUBECONFIG: cluster.plane.kubeconfig, ...env },
    });
  };

  before(async () => {
    cluster = await startCluster();
    transport = open(cluster.plane.kubeconfig);
    configMaps = createResource<Thing>(transport, CONFIG_MAPS);
    deployments = createResource<Thing>(transport, DEPLOYMENTS);
  }).timeout(180_000);
  after(async () => {
    transport.close();
    await cluster.stop();
  });

  it('tells in a dry-run whether an object exists, and later whether anything was written', async () => {
    const missing = await apply(configMaps, configMap('a', { x: '1' }), true);
    expect(missing.metadata).to.include.keys('uid', 'creationTimestamp');
    expect(missing.metadata.resourceVersion).to.equal(undefined);
    expect(await configMaps.get({ namespace: 'default', name: 'a' }, never())).to.equal(undefined);

    const { resourceVersion } = (await apply(configMaps, configMap('a', { x: '1' }))).metadata;
    const same = await apply(configMaps, configMap('a', { x: '1' }), true);
    const other = await apply(configMaps, configMap('a', { x: '2' }), true);
    expect([same, other].map(({ metadata }) => metadata.resourceVersion)).to.deep.equal([
      resourceVersion,
      resourceVersion,
    ]);

    const again = await apply(configMaps, configMap('a', { x: '1' }));
    expect(again.metadata.resourceVersion).to.equal(resourceVersion);
    const changed = await apply(configMaps, configMap('a', { x: '2' }));
    expect(changed.metadata.resourceVersion).not.to.equal(resourceVersion);
  });

  it('names field and manager of each conflict without force', async () => {
    await apply(deployments, deployment('contested'));
    await kubectl(['scale', 'deployment', 'contested', '--replicas=3']);
    const image = { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } };
    await kubectl(['patch', 'deployment', 'contested', '-p', JSON.stringify(image)]);

    const error = await failureOf(apply(deployments, deployment('contested'), true));

    expect(conflictsIn(error)).to.have.deep.members([
      { field: '.spec.replicas', manager: 'kubectl (subresource scale)' },
      { field: '.spec.template.spec.containers[name="web"].image', manager: 'kubectl-patch' },
    ]);
  });

  const changes: readonly (readonly [string, readonly string[], Record<string, string>?])[] = [
    ['scale', ['scale', 'deployment', '--replicas=2']],
    ['scale to none', ['scale', 'deployment', '--replicas=0']],
    ['edit', ['edit', 'deployment'], { KUBE_EDITOR: 'sed -i s/web:1/web:3/' }],
    ['patch', ['patch', 'deployment', '-p', '{"spec":{"replicas":4}}']],
    ['set image', ['set', 'image', 'deployment', 'web=web:4']],
    [
      'remove a field',
      [
        'patch',
        'deployment',
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/spec/template/spec/containers/0/env"}]',
      ],
    ],
  ];
  for (const [what, [verb = '', kind = '', ...more], env] of changes) {
    it(`changes our entry of managedFields when somebody does ${what}`, async () => {
      const name = `changed-${what.replaceAll(' ', '-')}`;
      const before = ownFields(await apply(deployments, deployment(name)), MANAGER);
      const [subject, rest] =
        verb === 'set' ? [[verb, kind, more[0] ?? '', name], more.slice(1)] : [[verb, kind, name], more];

      await kubectl([...subject, ...rest], env);

      expect(before).to.match(/^[0-9a-f]{16}$/);
      expect(ownFields(await get(deployments, name), MANAGER)).not.to.equal(before);
    });
  }

  it('leaves our entry alone when a status is written, or something is added', async () => {
    const before = ownFields(await apply(deployments, deployment('watched')), MANAGER);

    await kubectl(['label', 'deployment', 'watched', 'added=yes']);
    await kubectl(['annotate', 'deployment', 'watched', 'added=yes']);
    await kubectl(['patch', 'deployment', 'watched', '-p', '{"spec":{"minReadySeconds":1}}']);
    const status = { status: { observedGeneration: 99 } };
    await kubectl([
      ...['patch', 'deployment', 'watched', '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify(status)],
    ]);

    const after = await get(deployments, 'watched');
    expect(after.metadata.labels).to.include({ added: 'yes' });
    expect(ownFields(after, MANAGER)).to.equal(before);
  });

  it('lets a folded manager’s field leave with the next apply', async () => {
    const file = join(cluster.dir, 'folded.json');
    await writeFile(file, JSON.stringify(configMap('folded', { x: '1', gone: '1' })));
    await kubectl(['apply', '-f', file]);
    await apply(configMaps, configMap('folded', { x: '1' }));
    const kept = await get(configMaps, 'folded');
    expect(kept.data).to.deep.equal({ x: '1', gone: '1' });

    const from = new Set(['kubectl-client-side-apply']);
    const folded = foldedManagers(managedFieldsOf(kept), from, MANAGER);
    await configMaps.jsonPatch(
      { namespace: 'default', name: 'folded' },
      [
        { op: 'replace', path: '/metadata/managedFields', value: folded },
        { op: 'replace', path: '/metadata/resourceVersion', value: kept.metadata.resourceVersion },
      ],
      never(),
    );
    const { data, metadata } = await apply(configMaps, configMap('folded', { x: '1' }));

    expect(data).to.deep.equal({ x: '1' });
    expect(metadata.annotations).to.equal(undefined);
  });

  it('takes a JSON patch on a resourceVersion of before for a conflict', async () => {
    const { resourceVersion } = (await apply(configMaps, configMap('stale', { x: '1' }))).metadata;
    await apply(configMaps, configMap('stale', { x: '2' }));

    const error = await failureOf(
      configMaps.jsonPatch(
        { namespace: 'default', name: 'stale' },
        [
          { op: 'replace', path: '/metadata/managedFields', value: [{}] },
          { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
        ],
        never(),
      ),
    );

    expect(error).to.include({ status: 409, statusReason: 'Conflict' });
  });

  it('gives an impersonated account the groups it has', async () => {
    const user = serviceAccountUser('default', 'deployer');
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

    const review = await actingAs(transport, user).request(
      {
        verb: 'create',
        resource: 'selfsubjectreviews',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body,
      },
      never(),
    );

    expect(review).to.have.nested.property('status.userInfo.username', user);
    expect(review)
      .to.have.nested.property('status.userInfo.groups')
      .with.members(['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated']);
  });
});
