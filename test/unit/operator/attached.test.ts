import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { keyOf } from '../../../src/api/metadata.ts';
import { MARK_OWNER_LABEL, MARK_REVISION_LABEL } from '../../../src/api/names.ts';
import type { Tenancy } from '../../../src/api/tenancy.ts';
import { ownerMark } from '../../../src/helm/storage/marks.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { KubeObject } from '../../../src/kube/resource-type.ts';
import { findAttached } from '../../../src/operator/attached.ts';
import type { Attached } from '../../../src/operator/attached.ts';
import { SYNCS } from '../../../src/operator/sync-kind.ts';

const signal = new AbortController().signal;

function releaseOf(namespace: string, name: string, targetNamespace = namespace): HelmRelease {
  const chart = { git: 'https://git.example/charts', path: 'web' };
  return { metadata: { namespace, name }, spec: { chart, releaseName: name, targetNamespace } };
}

function secretOf(namespace: string, release: string, owner: string | undefined): KubeObject {
  const marks = {
    [MARK_REVISION_LABEL]: '1',
    ...(owner === undefined ? {} : { [MARK_OWNER_LABEL]: ownerMark(owner) }),
  };
  return {
    metadata: {
      namespace,
      name: `sh.helm.release.v1.${release}.v1`,
      labels: { owner: 'helm', name: release, version: '1', status: 'deployed', ...marks },
    },
  };
}

function refused(status: number): Promise<never> {
  return Promise.reject(new ApiError('refused', { status, statusReason: 'Refused' }));
}

interface Stored {
  readonly releases: readonly HelmRelease[] | number;
  readonly secrets: readonly KubeObject[];
  /** Undefined where the cluster has no such kind. */
  readonly syncs?: readonly GitSync[] | number | undefined;
  /** A namespace that nobody may look into. */
  readonly closed?: string;
}

interface Tenants {
  readonly tenancy: Tenancy;
  /** The namespace into which an account may look. */
  readonly sees: Readonly<Record<string, string>>;
}

function find(
  { releases, secrets, syncs, closed }: Stored,
  namespace?: string,
  tenants?: Tenants,
): Promise<Attached> {
  const inside = <T extends KubeObject>(objects: readonly T[], place: string | undefined) =>
    Promise.resolve({
      items: objects.filter(({ metadata }) => place === undefined || metadata.namespace === place),
      resourceVersion: '1',
    });
  return findAttached(
    {
      releases: {
        list: (selection) =>
          typeof releases === 'number' ? refused(releases) : inside(releases, selection.namespace),
      },
      secretsMetadata: {
        list: (selection) =>
          selection.namespace === closed && closed !== undefined
            ? refused(403)
            : inside(secrets, selection.namespace),
      },
      syncs: {
        list: ({ namespace: place }) =>
          syncs === undefined || typeof syncs === 'number' ? refused(syncs ?? 403) : inside(syncs, place),
      },
      ...(tenants === undefined
        ? {}
        : {
            tenants: {
              tenancy: tenants.tenancy,
              secretsAs: (account = '') => ({
                list: ({ namespace: place }) =>
                  place === tenants.sees[account] ? inside(secrets, place) : refused(403),
              }),
            },
          }),
      discovery: { find: () => Promise.resolve(syncs === undefined ? undefined : SYNCS) },
    },
    namespace,
    signal,
  );
}

const namesOf = ({ secrets }: Attached): readonly string[] => secrets.map(keyOf);

describe('what an operator has its marks on', () => {
  it('is every marked Secret of Helm, also of HelmReleases that are gone', async () => {
    const unmarked: KubeObject = {
      metadata: { namespace: 'a', name: 'sh.helm.release.v1.theirs.v1', labels: {} },
    };
    const secrets = [secretOf('b', 'gone', 'b/gone'), secretOf('a', 'web', 'a/web'), unmarked];

    const found = await find({ releases: [releaseOf('a', 'web')], secrets });

    expect(namesOf(found)).to.deep.equal(['a/sh.helm.release.v1.web.v1', 'b/sh.helm.release.v1.gone.v1']);
    expect(found.releases.map(keyOf)).to.deep.equal(['a/web']);
  });

  it('is in one namespace what belongs to its HelmReleases, wherever it is stored', async () => {
    const releases = [releaseOf('a', 'web'), releaseOf('a', 'far', 'b'), releaseOf('b', 'near')];
    const secrets = [
      secretOf('a', 'web', 'a/web'),
      secretOf('b', 'far', 'a/far'),
      secretOf('b', 'near', 'b/near'),
      secretOf('a', 'guest', 'b/guest'),
      secretOf('b', 'other', undefined),
    ];

    const found = await find({ releases, secrets }, 'a');

    expect(namesOf(found)).to.deep.equal(['a/sh.helm.release.v1.web.v1', 'b/sh.helm.release.v1.far.v1']);
  });

  it('says which namespace it could not look into, and finds the rest', async () => {
    const secrets = [secretOf('a', 'web', 'a/web'), secretOf('b', 'far', 'a/far')];
    const far = releaseOf('a', 'far', 'b');
    const [entry, deployed] = [{ revision: 1 }, { revision: 1 }] as unknown as readonly [never, never];
    const operation = { action: 'install' } as unknown as never;
    const left = { namespace: 'b', releaseName: 'old' } as unknown as never;

    for (const release of [
      { ...far, status: { history: [entry] } },
      { ...far, status: { deployed } },
      { ...far, status: { operation } },
      { ...releaseOf('a', 'far'), status: { leftBehind: [left] } },
    ]) {
      const releases = [releaseOf('a', 'web'), releaseOf('a', 'new', 'b'), release];
      const found = await find({ releases, secrets, closed: 'b' }, 'a');

      expect(namesOf(found)).to.deep.equal(['a/sh.helm.release.v1.web.v1']);
      expect([...found.unseen], JSON.stringify(release.status)).to.deep.equal([['Secrets of b', 'refused']]);
      expect([...found.untouched]).to.deep.equal([]);
    }
  });

  it('misses nothing in a namespace that it could not look into where nothing was ever released', async () => {
    const stalled = { ...releaseOf('a', 'far', 'b'), status: { observedGeneration: 1 } };
    const releases = [releaseOf('a', 'web'), stalled];

    const found = await find({ releases, secrets: [], closed: 'b' }, 'a');
    expect([...found.unseen]).to.deep.equal([]);
    expect([...found.untouched]).to.deep.equal([['Secrets of b', 'refused']]);

    const own = await find({ releases, secrets: [], closed: 'a' }, 'a');
    expect([...own.unseen], 'its own is always looked into').to.deep.equal([['Secrets of a', 'refused']]);
  });

  it('is in tenant mode what the accounts of the HelmReleases see, each in its namespace', async () => {
    const secrets = [secretOf('a', 'web', 'a/web'), secretOf('b', 'far', 'a/far'), secretOf('c', 'x', 'c/x')];
    const able = 'system:serviceaccount:b:able';
    const named = releaseOf('b', 'near');
    const found = await find(
      {
        releases: [
          releaseOf('a', 'web'),
          releaseOf('a', 'far', 'b'),
          { ...named, spec: { ...named.spec, serviceAccountName: 'able' } },
          releaseOf('c', 'x'),
        ],
        secrets,
      },
      undefined,
      {
        tenancy: { defaultAccount: 'default', crossNamespaceRefs: false },
        sees: { 'system:serviceaccount:a:default': 'a', [able]: 'b' },
      },
    );

    expect(namesOf(found)).to.deep.equal(['a/sh.helm.release.v1.web.v1', 'b/sh.helm.release.v1.far.v1']);
    expect([...found.actors]).to.deep.equal([
      ['a', 'system:serviceaccount:a:default'],
      ['b', able],
    ]);
    expect([...found.unseen]).to.deep.equal([['Secrets of c', 'refused']]);
  });

  it('is every GitSync too, or those of the namespace, where the cluster has the kind', async () => {
    const [apps, web] = ['apps', 'web'].map((name) => ({
      metadata: { name, namespace: name === 'apps' ? 'b' : 'a' },
      spec: { url: 'https://git.example/deploy' },
    }));
    const syncs = [apps, web].filter((sync) => sync !== undefined);
    const found = async (stored: Partial<Stored>, namespace?: string): Promise<readonly string[]> =>
      (await find({ releases: [], secrets: [], ...stored }, namespace)).syncs.map(keyOf);

    expect(await found({ syncs })).to.deep.equal(['a/web', 'b/apps']);
    expect(await found({ syncs }, 'a')).to.deep.equal(['a/web']);
    expect(await found({})).to.deep.equal([]);
    const { unseen } = await find({ releases: [], secrets: [], syncs: 403 });
    expect([...unseen]).to.deep.equal([['GitSyncs of all namespaces', 'refused']]);
  });

  it('is the Secrets alone when the kind itself is gone, and nothing is known when it cannot be asked for', async () => {
    const secrets = [secretOf('a', 'web', 'a/web')];

    expect(namesOf(await find({ releases: 404, secrets }))).to.deep.equal(['a/sh.helm.release.v1.web.v1']);
    const failed = await find({ releases: 403, secrets }).catch((caught: unknown) => caught);
    expect(failed).to.have.property('status', 403);
  });
});
