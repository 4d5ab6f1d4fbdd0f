import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InvalidChartError } from '../../../../src/api/errors.ts';
import { ApiError, UnreachableError } from '../../../../src/kube/errors.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import type { Resource } from '../../../../src/kube/resource.ts';
import { createCrds, CrdError } from '../../../../src/release/act/crds.ts';
import type { CrdPorts, CrdWork } from '../../../../src/release/act/crds.ts';

const signal = new AbortController().signal;
const conflict = new ApiError('exists', { status: 409, statusReason: 'AlreadyExists' });
const forbidden = new ApiError('cannot create a: no rights', { status: 403, statusReason: 'Forbidden' });

const definition = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  ...more,
});
const established = (name: string): KubeObject =>
  definition(name, { status: { conditions: [{ type: 'Established', status: 'True' }] } });

type Policy = CrdWork['settings']['crds'];

const object = (kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

/** Of those called `there` there is one, and those called `mine` nobody may create. */
function served(kind: string, calls: string[]): Pick<Resource<KubeObject>, 'type' | 'create'> {
  const namespaced = kind !== 'Namespace';
  return {
    type: { group: '', version: 'v1', kind, plural: `${kind.toLowerCase()}s`, namespaced },
    create: (created) => {
      const { name, namespace } = created.metadata;
      calls.push(`create ${kind} ${namespaced ? `${namespace ?? ''}/` : ''}${name}`);
      if (name === 'there') return Promise.reject(conflict);
      return name === 'mine' ? Promise.reject(forbidden) : Promise.resolve(created);
    },
  };
}

/** What was asked for, with `names` in the chart. */
function bench(
  names: readonly string[],
  more: Partial<CrdPorts> & Partial<CrdPorts['definitions']> = {},
  others: readonly KubeObject[] = [],
) {
  const calls: string[] = [];
  let now = 0;
  const users: (string | undefined)[] = [];
  const ports: CrdPorts = {
    readDefinitions: () => Promise.resolve({ definitions: names.map((name) => definition(name)), others }),
    resourceFor: ({ apiVersion, kind }) =>
      Promise.resolve(apiVersion === 'v1' ? served(kind ?? '', calls) : undefined),
    isServed: () => Promise.resolve(true),
    clock: { now: () => new Date(now), monotonicMs: () => (now += 20_000) },
    ...more,
    definitions: {
      create: ({ metadata }) => {
        calls.push(`create ${metadata.name}`);
        return Promise.resolve(definition(metadata.name));
      },
      apply: ({ metadata }, { fieldManager, force }) => {
        calls.push(`apply ${metadata.name} as ${fieldManager} ${force ? 'by force' : ''}`);
        return Promise.resolve(definition(metadata.name));
      },
      get: ({ name }) => {
        calls.push(`get ${name}`);
        return Promise.resolve(established(name));
      },
      ...more,
    },
  };
  const crds = createCrds((user) => {
    users.push(user);
    return ports;
  });
  const prepare = (policy: Policy, action: CrdWork['action'] = 'install', user?: string) =>
    crds.prepare(
      {
        action,
        values: {},
        target: { namespace: 'shop', releaseName: 'web' },
        chart: { path: '/chart.tgz', crds: names.map((name) => `crds/${name}.yaml`) },
        settings: { crds: policy },
        ...(user === undefined ? {} : { account: { sync: 'shop/team', user } }),
      } as unknown as CrdWork,
      signal,
    );
  const failureOf = async (policy: Policy, user?: string): Promise<unknown> =>
    await prepare(policy, 'install', user).catch((caught: unknown) => caught);
  return { calls, users, prepare, failureOf };
}

describe('the definitions of a chart, before helm runs', () => {
  it('are created where they are missing, with an installation, and helm leaves them alone', async () => {
    const { calls, prepare } = bench(['a', 'b']);

    expect(await prepare('Create')).to.deep.equal({ skipCRDs: true });

    expect(calls).to.deep.equal(['create a', 'create b', 'get a', 'get b']);
  });

  it('are not touched where they are there', async () => {
    const { calls, prepare } = bench(['a'], { create: () => Promise.reject(conflict) });

    expect(await prepare('Create')).to.deep.equal({ skipCRDs: true });

    expect(calls).to.deep.equal(['get a']);
  });

  it('are applied with each installation and upgrade, by force, when that is the policy', async () => {
    for (const action of ['install', 'upgrade'] as const) {
      const { calls, prepare } = bench(['a']);

      expect(await prepare('CreateReplace', action)).to.deep.equal({ skipCRDs: true });

      expect(calls).to.deep.equal(['apply a as helm-operator by force', 'get a']);
    }
  });

  const idle: readonly (readonly [Policy, CrdWork['action'], readonly string[], boolean])[] = [
    ['Skip', 'install', ['a'], true],
    ['Skip', 'upgrade', ['a'], true],
    ['Create', 'upgrade', ['a'], false],
    ['Create', 'install', [], false],
    ['CreateReplace', 'install', [], true],
  ];
  for (const [policy, action, names, skipCRDs] of idle) {
    it(`are not looked at by ${policy} with an ${action} of a chart with ${names.length}`, async () => {
      const { calls, prepare } = bench(names);

      expect(await prepare(policy, action)).to.deep.equal({ skipCRDs });

      expect(calls).to.deep.equal([]);
    });
  }

  for (const policy of ['Create', 'CreateReplace'] as const) {
    it(`are never left to helm, which may change those that are there: ${policy} refuses what it cannot read`, async () => {
      const readDefinitions = () =>
        Promise.reject(new InvalidChartError('file crds/a.yaml holds a Namespace'));
      const { calls, failureOf } = bench(['a'], { readDefinitions });

      const failed = await failureOf(policy);

      expect(failed).to.be.instanceOf(CrdError);
      expect(failed)
        .to.have.property('message')
        .that.matches(/^nothing was done.*file crds\/a\.yaml holds a Namespace: correct the chart, .* Skip$/);
      expect(calls).to.deep.equal([]);
    });
  }

  for (const policy of ['Create', 'CreateReplace'] as const) {
    it(`may have others beside them, which are created where they are missing and never changed: ${policy}`, async () => {
      const others = [
        ...[object('Namespace', 'apart'), object('ConfigMap', 'own'), object('ConfigMap', 'other', 'apart')],
        object('Namespace', 'there'),
      ];
      const { calls, prepare } = bench(['a'], {}, others);

      expect(await prepare(policy)).to.deep.equal({ skipCRDs: true });

      expect(calls.slice(1)).to.deep.equal([
        'get a',
        'create Namespace apart',
        'create ConfigMap shop/own',
        'create ConfigMap apart/other',
        'create Namespace there',
      ]);
    });
  }

  it('may be of a version that is not served any more, where there are such definitions by now', async () => {
    const old = { ...definition('old'), apiVersion: 'apiextensions.k8s.io/v1beta1' };

    const { calls, prepare } = bench(['a'], {}, [old]);
    expect(await prepare('Create')).to.deep.equal({ skipCRDs: true });
    expect(calls).to.deep.equal(['create a', 'get a', 'get old']);

    const get = ({ name }: { readonly name: string }) =>
      Promise.resolve(name === 'old' ? undefined : established(name));
    const failed = await bench(['a'], { get }, [old]).failureOf('Create');
    expect(failed).to.be.instanceOf(CrdError);
    expect(failed)
      .to.have.property('message')
      .that.matches(
        /^CustomResourceDefinition old of apiextensions\.k8s\.io\/v1beta1 in crds\/ .* is not served/,
      );
  });

  it('fail with a sentence where others beside them cannot be created', async () => {
    const failed = await bench(['a'], {}, [object('Secret', 'mine')]).failureOf('Create');
    const unknown = await bench(['a'], {}, [{ ...object('Thing', 'x'), apiVersion: 'things/v1' }]).failureOf(
      'Create',
    );

    expect(failed).to.be.instanceOf(CrdError);
    expect(failed)
      .to.have.property('message')
      .that.matches(
        /^Secret mine in crds\/ of the chart cannot be created: .* no rights: allow the .* Skip$/,
      );
    expect(unknown).to.be.instanceOf(CrdError);
    expect(unknown)
      .to.have.property('message')
      .that.matches(/^Thing x of things\/v1 in crds\/ of the chart is not served by the API server/);
  });

  it('are waited for until they are established and served', async () => {
    let looks = 0;
    const { prepare } = bench(['a'], {
      get: () => Promise.resolve((looks += 1) === 1 ? definition('a') : established('a')),
      clock: { now: () => new Date(), monotonicMs: () => 0 },
      isServed: () => Promise.resolve(looks > 2),
    });

    await prepare('Create');

    expect(looks).to.equal(3);
  });

  const failures: readonly (readonly [string, Partial<CrdPorts['definitions']>, RegExp])[] = [
    [
      'that nobody may create',
      { create: () => Promise.reject(forbidden) },
      /no rights: allow the operator to .* spec\.crds to Skip$/,
    ],
    [
      'that is being deleted',
      { get: () => Promise.resolve(definition('a', { metadata: { name: 'a', deletionTimestamp: 'now' } })) },
      /definition a is being deleted/i,
    ],
    ['that does not become established', { get: () => Promise.resolve(definition('a')) }, /within 60 s$/],
    [
      'whose names are taken',
      {
        get: () =>
          Promise.resolve(
            definition('a', {
              status: { conditions: [{ type: 'NamesAccepted', status: 'False', message: '"as" is taken' }] },
            }),
          ),
      },
      /is not served: "as" is taken/,
    ],
  ];
  for (const [what, more, says] of failures) {
    it(`fail with a sentence: one ${what}`, async () => {
      const failed = await bench(['a'], more).failureOf('Create');

      expect(failed).to.be.instanceOf(CrdError);
      expect(failed).to.have.property('message').that.matches(says);
    });
  }

  it('are made by the rights of the account that the release has, which is named where they do not do', async () => {
    const user = 'system:serviceaccount:shop:deployer';
    const { users, prepare } = bench(['a']);
    await prepare('Create');
    await prepare('Create', 'install', user);
    expect(users).to.deep.equal([undefined, user]);

    const definition = await bench(['a'], { create: () => Promise.reject(forbidden) }).failureOf(
      'Create',
      user,
    );
    const other = await bench(['a'], {}, [object('Secret', 'mine')]).failureOf('Create', user);
    expect(definition)
      .to.have.property('message')
      .that.matches(/: allow service account shop\/deployer to get, create and patch Custom.* Skip$/);
    expect(other)
      .to.have.property('message')
      .that.matches(/: allow service account shop\/deployer to create what is in crds\/.* Skip$/);
  });

  it('are no failure of the release while the API server is away', async () => {
    const away = new UnreachableError('away');

    expect(await bench(['a'], { create: () => Promise.reject(away) }).failureOf('Create')).to.equal(away);
  });
});
