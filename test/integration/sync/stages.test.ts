import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { tool } from '../../../hack/testenv/testenv.ts';
import { ADOPTED_ANNOTATION, syncFieldManager } from '../../../src/api/names.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { serviceAccountUser } from '../../../src/api/service-account.ts';
import { ownFields } from '../../../src/kube/managed-fields.ts';
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  SECRETS,
  type KubeObject,
  type ResourceType,
} from '../../../src/kube/resource-type.ts';
import { createResource } from '../../../src/kube/resource.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { createAccountViews } from '../../../src/operator/account-view.ts';
import { applyStage, type ApplyTask, type StagePorts } from '../../../src/sync/act/apply-stage.ts';
import { ownerLabels } from '../../../src/sync/desire/mark.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { never, open, startCluster, type Cluster } from '../kube/cluster.ts';

interface Thing extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const RBAC = 'rbac.authorization.k8s.io';
const ROLES = typeOf(RBAC, 'Role', 'roles');
const BINDINGS = typeOf(RBAC, 'RoleBinding', 'rolebindings');
const SERVICE_ACCOUNTS = typeOf('', 'ServiceAccount', 'serviceaccounts');
const SYNC = { namespace: 'default', name: 'production' };
const ACCOUNT = serviceAccountUser('default', 'deployer');
const WIDGETS = {
  group: 'example.com',
  scope: 'Namespaced',
  names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { size: { type: 'integer', maximum: 5 } } } },
        },
      },
    },
  ],
};

function typeOf(group: string, kind: string, plural: string): ResourceType {
  return { group, version: 'v1', kind, plural, namespaced: true };
}

describe('the stages of a commit', () => {
  let cluster: Cluster;
  let transport: Transport;
  let announced: unknown[];

  const ports = (account: string | undefined, more: Partial<StagePorts> = {}): StagePorts => ({
    ...(account === undefined
      ? {
          resourceOf: (type) => createResource(transport, type),
          definitionsServed: () => Promise.resolve([]),
        }
      : createAccountViews(transport, systemClock)(account).stage),
    manager: syncFieldManager(SYNC),
    account: account ?? 'admin',
    forceConflicts: true,
    isFree: () => Promise.resolve(false),
    inFlight: 4,
    beforeApply: (ids) => {
      announced.push(...ids.map(({ id, adopted }) => `${id.kind} ${id.name}${adopted ? ' (adopted)' : ''}`));
      return Promise.resolve();
    },
    ...more,
  });
  const task = (type: ResourceType, name: string, more: object = {}, index = 1): ApplyTask => {
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    const namespace = type.namespaced ? 'default' : '';
    const { metadata = {}, ...content } = more as { metadata?: object };
    return {
      ...{ file: 'apps/all.yaml', index, line: 1, type },
      id: { group: type.group, kind: type.kind, namespace, name },
      ...{ ignored: [], known: undefined },
      object: {
        apiVersion,
        kind: type.kind,
        metadata: {
          name,
          ...(namespace === '' ? {} : { namespace }),
          labels: ownerLabels(SYNC),
          ...metadata,
        },
        ...content,
      },
    };
  };
  const get = (type: ResourceType, name: string): Promise<Thing | undefined> =>
    createResource<Thing>(transport, type).get({ namespace: 'default', name }, never());
  const kubectl = async (args: readonly string[]): Promise<void> => {
    await promisify(execFile)(await tool('kubectl'), args, {
      env: { PATH: '/usr/bin:/bin', HOME: cluster.dir, KUBECONFIG: cluster.plane.kubeconfig },
    });
  };
  const kubectlApply = async (object: object): Promise<void> => {
    const file = join(cluster.dir, 'by-hand.json');
    await writeFile(file, JSON.stringify(object));
    await kubectl(['apply', '-f', file]);
  };
  const admin = (): StagePorts => ports(undefined);

  before(async () => {
    cluster = await startCluster();
    transport = open(cluster.plane.kubeconfig);
    announced = [];
    const verbs = ['get', 'create', 'patch'];
    await applyStage(
      [
        task(SERVICE_ACCOUNTS, 'deployer'),
        task(ROLES, 'deployer', {
          rules: [
            { apiGroups: [''], resources: ['configmaps'], verbs },
            { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs },
          ],
        }),
        task(BINDINGS, 'deployer', {
          roleRef: { apiGroup: RBAC, kind: 'Role', name: 'deployer' },
          subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'default' }],
        }),
      ],
      admin(),
      never(),
    );
  }).timeout(180_000);
  beforeEach(() => {
    announced = [];
  });
  after(async () => {
    transport.close();
    await cluster.stop();
  });

  it('leaves a stage unapplied for one bad document, and names file, document and field', async () => {
    const result = await applyStage(
      [
        task(CONFIG_MAPS, 'good', { data: { a: '1' } }, 1),
        task(CONFIG_MAPS, 'bad', { dta: { a: '1' } }, 2),
        task(SECRETS, 'secret', { stringData: { password: 4711 } }, 3),
      ],
      admin(),
      never(),
    );

    expect(result).to.deep.equal({
      kind: 'refused',
      step: 'dryRun',
      retry: 'after-change',
      objects: [],
      warnings: [],
      faults: [
        {
          ...{ file: 'apps/all.yaml', index: 2, line: 1, object: 'ConfigMap default/bad', field: 'dta' },
          why: 'ConfigMap of v1 has no such field: correct its name, or take it out',
        },
        {
          ...{ file: 'apps/all.yaml', index: 3, line: 1, object: 'Secret default/secret' },
          field: 'stringData.password',
          why: 'it must be a text: put quotes around it',
        },
      ],
    });
    expect(announced).to.deep.equal([]);
    expect(await get(CONFIG_MAPS, 'good')).to.equal(undefined);
  });

  it('says which type a value must have, in words of no program', async () => {
    const role = (rules: unknown, index: number): ApplyTask => task(ROLES, 'typed', { rules }, index);
    const result = await applyStage(
      [
        task(CONFIG_MAPS, 'number', { data: { color: 5 } }, 1),
        task(CONFIG_MAPS, 'map', { data: { color: { of: 'x' } } }, 2),
        task(CONFIG_MAPS, 'boolean', { immutable: 'yes' }, 3),
        task(CONFIG_MAPS, 'text', { data: 'x' }, 4),
        role({ verbs: 'get' }, 5),
        role([{ verbs: 'get' }], 6),
      ],
      admin(),
      never(),
    );

    const faults = result.kind === 'refused' ? result.faults : [];
    expect(faults.map(({ field, why }) => `${field ?? ''}: ${why}`)).to.deep.equal([
      'data.color: it must be a text, and Git has 5: put quotes around it',
      'data.color: it must be a text, and Git has a map: correct it',
      'immutable: it must be true or false, and Git has a single value: write one of the two, without quotes',
      'data: it must be a map, and Git has a single value: correct it',
      'rules: it must be a list, and Git has a map: correct it',
      'rules[0].verbs: it must be a list, and Git has a single value: correct it',
    ]);
  });

  it('tells what was there before, and what it has changed', async () => {
    const [a, b] = [task(CONFIG_MAPS, 'told-a', { data: { a: '1' } }), task(CONFIG_MAPS, 'told-b')];
    await applyStage([a], admin(), never());
    announced = [];

    // As the inventory knows it by then.
    const result = await applyStage([{ ...a, known: { made: true } }, b], admin(), never());

    expect(announced).to.deep.equal(['ConfigMap told-a', 'ConfigMap told-b']);
    const [thereA, thereB] = [await get(CONFIG_MAPS, 'told-a'), await get(CONFIG_MAPS, 'told-b')].map(
      (object) => object && { uid: object.metadata.uid, fields: ownFields(object, syncFieldManager(SYNC)) },
    );
    expect(thereA?.fields).to.match(/^[0-9a-f]{16}$/);
    const [toldA, toldB] = result.objects;
    expect(toldA).to.deep.include({ id: a.id, ...thereA, existed: true, adopted: false });
    expect(toldA).to.deep.include({ changed: false, taken: [] });
    expect(toldB).to.deep.include({ id: b.id, ...thereB, existed: false, adopted: false });
    expect(toldB).to.deep.include({ changed: true, taken: [] });
  });

  it('waits for a CRD of the same commit', async () => {
    await kubectl(['create', 'clusterrolebinding', 'all', '--clusterrole=cluster-admin', '--user=installer']);
    const { discovery, stage } = createAccountViews(transport, systemClock)('installer');
    expect(await discovery.find('example.com/v1', 'Widget', never())).to.equal(undefined);
    const installer = { ...admin(), ...stage };

    const crd = await applyStage(
      [task(CUSTOM_RESOURCE_DEFINITIONS, 'widgets.example.com', { spec: WIDGETS })],
      installer,
      never(),
    );

    expect(crd).to.include({ kind: 'applied' });
    const widgets = await discovery.find('example.com/v1', 'Widget', never());
    if (widgets === undefined) throw new Error('what the definition brings is not served');
    const large = await applyStage([task(widgets, 'large', { spec: { size: 9 } })], installer, never());
    expect(large).to.have.nested.property('faults[0].field', 'spec.size');
    const small = await applyStage([task(widgets, 'small', { spec: { size: 1 } })], installer, never());
    expect(small).to.include({ kind: 'applied' });
  });

  it('applies a Role before its binding for an account that may not bind', async () => {
    const role = task(ROLES, 'reader', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    });
    const binding = task(BINDINGS, 'reader', {
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    });

    const alone = await applyStage([binding], ports(ACCOUNT), never());
    const both = await applyStage([binding, role], ports(ACCOUNT), never());

    expect(alone).to.have.nested.property(
      'faults[0].why',
      'it needs roles "reader", which is not there: create it, or commit it to the same path',
    );
    expect(both).to.include({ kind: 'applied' }).and.have.property('objects').with.length(2);
    expect(both).to.have.deep.property('warnings', []);
  });

  it('says which right the account lacks, and does nothing', async () => {
    const result = await applyStage([task(SECRETS, 'denied', { data: {} })], ports(ACCOUNT), never());

    expect(result).to.include({ kind: 'refused', step: 'dryRun', retry: 'backoff' });
    expect(result).to.have.nested.property(
      'faults[0].why',
      `${ACCOUNT} may not patch secrets in namespace default: bind it a Role that allows get, list, watch, create, patch and delete of secrets`,
    );
  });

  it('applies untested what a webhook cannot be asked about', async () => {
    const said = 'admission webhook "w.example.com" does not support dry run';
    const real = admin();
    const result = await applyStage(
      [task(CONFIG_MAPS, 'untested', { data: { a: '1' } })],
      {
        ...real,
        // No webhook can be registered any more that answers so; those from before Kubernetes 1.22 may.
        resourceOf: (type) => {
          const objects = real.resourceOf(type);
          return {
            get: (ref, signal) => objects.get(ref, signal),
            jsonPatch: (ref, operations, signal) => objects.jsonPatch(ref, operations, signal),
            apply: (object, options, signal) =>
              options.dryRun === true
                ? Promise.reject(
                    new ApiError(`cannot apply configmaps default/untested: ${said}`, {
                      status: 400,
                      statusReason: 'BadRequest',
                    }),
                  )
                : objects.apply(object, options, signal),
          };
        },
      },
      never(),
    );

    expect(result).to.include({ kind: 'applied' });
    expect(result).to.have.nested.property(
      'warnings[0].why',
      `it was applied without having been tried before: ${said}`,
    );
    expect(announced).to.deep.equal(['ConfigMap untested']);
    expect(await get(CONFIG_MAPS, 'untested')).to.have.deep.property('data', { a: '1' });
  });

  it('folds kubectl’s fields, and removes what left Git', async () => {
    await kubectlApply({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'adopted', labels: { old: 'yes' } } },
      data: { a: '1', gone: '1' },
    });
    const before = await get(CONFIG_MAPS, 'adopted');

    const result = await applyStage(
      [task(CONFIG_MAPS, 'adopted', { data: { a: '2' } })],
      ports(undefined, { forceConflicts: false }),
      never(),
    );

    expect(result)
      .to.have.nested.property('objects[0]')
      .that.includes({ existed: true, adopted: true, changed: true });
    expect(result).to.have.deep.nested.property('objects[0].taken', []);
    const after = await get(CONFIG_MAPS, 'adopted');
    expect(after?.metadata).to.include({ uid: before?.metadata.uid });
    expect(after?.data).to.deep.equal({ a: '2' });
    expect(after?.metadata.labels).to.deep.equal(ownerLabels(SYNC));
    expect(after?.metadata.annotations).to.deep.equal({ [ADOPTED_ANNOTATION]: 'true' });
  });

  it('takes a person’s field and tells whose it was, or fails for it', async () => {
    const wanted = task(CONFIG_MAPS, 'edited', { data: { a: '1', b: '1' } });
    await applyStage([wanted], admin(), never());
    await kubectl(['patch', 'configmap', 'edited', '-p', '{"data":{"a":"9"}}']);

    const gentle = await applyStage([wanted], ports(undefined, { forceConflicts: false }), never());
    expect(gentle).to.have.deep.nested.property('faults[0]', {
      ...{ file: 'apps/all.yaml', index: 1, line: 1, object: 'ConfigMap default/edited', field: 'data.a' },
      why: '"kubectl-patch" owns the field: leave it out of Git, or set spec.forceConflicts of the GitSync to true',
    });
    expect((await get(CONFIG_MAPS, 'edited'))?.data).to.deep.equal({ a: '9', b: '1' });

    const forced = await applyStage([wanted], admin(), never());
    expect(forced).to.have.deep.nested.property('objects[0].taken', [
      { field: '.data.a', manager: 'kubectl-patch' },
    ]);
    expect((await get(CONFIG_MAPS, 'edited'))?.data).to.deep.equal({ a: '1', b: '1' });
  });

  it('leaves alone what belongs to another GitSync or to a Helm release', async () => {
    const other = { namespace: 'team-b', name: 'apps' };
    await applyStage(
      [task(CONFIG_MAPS, 'theirs', { metadata: { labels: ownerLabels(other) }, data: { a: '1' } })],
      ports(undefined, { manager: syncFieldManager(other) }),
      never(),
    );
    await createResource<Thing>(transport, CONFIG_MAPS).create(
      {
        metadata: {
          ...{ name: 'released', namespace: 'default', labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
          annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
        },
      },
      never(),
    );

    const result = await applyStage(
      ['theirs', 'released'].map((name) => task(CONFIG_MAPS, name, { data: { a: '2' } })),
      admin(),
      never(),
    );

    expect(result).to.have.property('faults').with.length(2);
    expect(result)
      .to.have.nested.property('faults[0].why')
      .that.matches(/^it belongs to GitSync team-b\/apps: /);
    expect(result)
      .to.have.nested.property('faults[1].why')
      .that.matches(/^it belongs to the Helm release shop\/web: /);
    expect((await get(CONFIG_MAPS, 'theirs'))?.data).to.deep.equal({ a: '1' });
  });

  it('names a namespace that does not exist, and a field that cannot be changed', async () => {
    const secret = task(SECRETS, 'fixed', { type: 'Opaque' });
    await applyStage([secret], admin(), never());
    const lost = task(CONFIG_MAPS, 'lost');

    const result = await applyStage(
      [
        { ...lost, object: { ...lost.object, metadata: { ...lost.object.metadata, namespace: 'nowhere' } } },
        task(SECRETS, 'fixed', { type: 'example.com/other' }),
      ],
      admin(),
      never(),
    );

    expect(result).to.have.nested.property(
      'faults[0].why',
      'namespace nowhere does not exist: create it, or commit it to the same path',
    );
    expect(result).to.have.nested.property('faults[1].field', 'type');
    expect(result).to.have.nested.property(
      'faults[1].why',
      'it cannot be changed any more: delete the object yourself, or give it another name',
    );
  });
});
