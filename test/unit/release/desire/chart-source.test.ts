import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ChartUnavailableError, CredentialsError, InvalidSpecError } from '../../../../src/api/errors.ts';
import { SYNC_RECONCILE_AT_ANNOTATION } from '../../../../src/api/names.ts';
import type { HelmReleaseSpec } from '../../../../src/api/helm-release.ts';
import { settingsOf } from '../../../../src/api/settings.ts';
import type { ChartSource } from '../../../../src/charts/chart.ts';
import { createChartSourceOf } from '../../../../src/release/desire/chart-source.ts';
import type { FoundSource } from '../../../../src/release/desire/found-source.ts';
import { type OwnCommit, toldOfLostCommit } from '../../../../src/release/desire/own-chart.ts';
import type { Document } from '../../../../src/kube/documents.ts';
import { RELEASE_INDEXES } from '../../../../src/release/triggers.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const LOGIN = { username: base64('me'), password: base64('pw') };
const SECRETS: Readonly<Record<string, Document>> = {
  'shop/login': { metadata: { name: 'login' }, data: LOGIN },
  'ops/login': { metadata: { name: 'login' }, data: LOGIN },
  'shop/token': {
    metadata: { name: 'token' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64('{"auths":{"*.example.com":{"identitytoken":"tok"}}}') },
  },
};

const release = (chart: HelmReleaseSpec['chart']) => ({
  ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease' },
  ...{ metadata: { namespace: 'shop', name: 'web' }, spec: { chart } },
});
const foundOf = async (chart: HelmReleaseSpec['chart'], own: OwnCommit = NONE): Promise<FoundSource> => {
  const readSecret = ({ namespace, name }: { namespace: string; name: string }) =>
    Promise.resolve(SECRETS[`${namespace}/${name}`]);
  const ownCommitOf = () => Promise.resolve(own);
  const find = createChartSourceOf({ readSecret, defaultRef: 'main', ownCommitOf });
  const found = await find(settingsOf(release(chart)), new AbortController().signal);
  if (found.kind === 'not-known-yet') throw new Error(`not known yet: ${found.why}`);
  return found;
};
const sourceOf = async (chart: HelmReleaseSpec['chart'], own?: OwnCommit): Promise<ChartSource> =>
  (await foundOf(chart, own)).source;

const NONE: OwnCommit = { kind: 'none' };
const WEB = { repository: 'https://charts.example.com', name: 'web', version: '1.x' };
const OCI = { repository: 'oci://registry.example.com/charts', name: 'web', version: '1.x' };
const SSH = { identity: 'key', knownHosts: 'hosts' };
const GIT = { git: 'https://git.example.com/app', path: 'web' };

describe('the chart source of a HelmRelease', () => {
  it('has nothing of a Secret where none is named', async () => {
    for (const chart of [WEB, OCI, GIT]) {
      expect(await sourceOf(chart))
        .to.deep.include({ scope: '' })
        .and.not.have.property('auth');
    }
  });

  it('takes the Secret of a Helm repository or registry from the namespace of the HelmRelease', async () => {
    for (const chart of [WEB, OCI]) {
      const { auth, scope } = await sourceOf({ ...chart, chartPullSecret: { name: 'login' } });

      expect(auth).to.deep.equal({ username: 'me', password: 'pw' });
      expect(scope).to.match(/^shop\/login\/[0-9a-f]{64}$/);
    }
  });

  it('takes the Secret of a Git repository from whatever namespace, and none for a chart pull', async () => {
    const chart = { ...GIT, secretRef: { name: 'login', namespace: 'ops' } };

    expect((await sourceOf(chart)).scope).to.match(/^ops\/login\/[0-9a-f]{64}$/);
    expect((await sourceOf({ ...GIT, chartPullSecret: { name: 'missing' } })).scope).to.equal('');
  });

  it('takes an identity token to a registry, and says that a repository does not take one', async () => {
    const chartPullSecret = { name: 'token' };
    const caught: unknown = await sourceOf({ ...WEB, chartPullSecret }).catch((error: unknown) => error);

    expect((await sourceOf({ ...OCI, chartPullSecret })).auth).to.deep.equal({ identityToken: 'tok' });
    expect(caught)
      .to.be.instanceOf(CredentialsError)
      .with.property('message')
      .that.matches(/holds an identity token, which only registries take/);
  });

  it('in its own commit is that which is proved, read with what the GitSync may read and released as its account', async () => {
    const account = { sync: 'team/deploy', user: 'system:serviceaccount:team:deployer' };
    const remote = { url: 'ssh://git@git.example.com/deploy', access: { ssh: SSH }, scope: 'team/key/1' };
    const own = { kind: 'commit', remote, commit: 'c'.repeat(40), account } as const;

    expect(await foundOf({ path: 'charts/web' }, own)).to.deep.equal({
      kind: 'found',
      source: { kind: 'git', ...remote, ref: own.commit, path: 'charts/web', skipDepUpdate: false },
      account,
    });
  });

  it('in its own commit is refused to a HelmRelease that names another account than that of the GitSync', async () => {
    const account = { sync: 'shop/deploy', user: 'system:serviceaccount:shop:deployer' };
    const remote = { url: 'ssh://git@git.example.com/deploy', access: { ssh: SSH }, scope: 'team/key/1' };
    const own = { kind: 'commit', remote, commit: 'c'.repeat(40), account } as const;
    const find = createChartSourceOf({
      readSecret: () => Promise.resolve(undefined),
      defaultRef: 'main',
      ownCommitOf: () => Promise.resolve(own),
    });
    const named = async (serviceAccountName: string): Promise<unknown> => {
      const { spec, ...rest } = release({ path: 'charts/web' });
      const settings = settingsOf({ ...rest, spec: { ...spec, serviceAccountName } });
      return await find(settings, new AbortController().signal).catch((error: unknown) => error);
    };

    expect(await named('deployer')).to.deep.include({ kind: 'found', account });
    expect(await named('mighty'))
      .to.be.instanceOf(InvalidSpecError)
      .with.property('message')
      .that.includes('spec.serviceAccountName means service account shop/mighty')
      .and.includes('GitSync shop/deploy, and is released as service account shop/deployer')
      .and.includes('remove spec.serviceAccountName');
  });

  it('of any other kind has the account that is named', async () => {
    const find = createChartSourceOf({
      readSecret: () => Promise.resolve(undefined),
      defaultRef: 'main',
      ownCommitOf: () => Promise.resolve(NONE),
    });
    const { spec, ...rest } = release(WEB);
    const settings = settingsOf({ ...rest, spec: { ...spec, serviceAccountName: 'app' } });

    expect(await find(settings, new AbortController().signal)).to.deep.include({
      account: { user: 'system:serviceaccount:shop:app' },
    });
  });

  it('of any other kind brings no account: helm has the rights of the operator', async () => {
    for (const chart of [WEB, OCI, GIT]) expect(await foundOf(chart)).not.to.have.property('account');
  });

  it('in its own commit is waited for, or refused with the way out where no GitSync holds the HelmRelease', async () => {
    const said = async (own: OwnCommit): Promise<unknown> =>
      await sourceOf({ path: 'charts/web' }, own).catch((error: unknown) => error);

    expect(await said({ kind: 'not-known-yet', why: 'GitSync a' })).to.have.property(
      'message',
      'not known yet: GitSync a',
    );
    expect(await said(NONE))
      .to.be.instanceOf(InvalidSpecError)
      .with.property('message')
      .that.includes(
        'no GitSync holds this HelmRelease: set spec.chart.git, or commit it to the path of a GitSync',
      );
  });

  it('whose commit is gone is told how to be had from another one', () => {
    const gone = new ChartUnavailableError('repository r has no commit c: a forced push has replaced it');
    const { source } = settingsOf(release({ path: 'web' }));

    expect(toldOfLostCommit(gone, source).message).to.include(SYNC_RECONCILE_AT_ANNOTATION);
    expect(toldOfLostCommit(gone, settingsOf(release(GIT)).source)).to.equal(gone);
  });

  it('is looked at again when a Secret that it names changes', () => {
    const { reference } = RELEASE_INDEXES;

    expect(reference(release({ ...WEB, chartPullSecret: { name: 'login' } }))).to.deep.equal([
      'Secret/shop/login',
    ]);
    expect(reference(release({ ...GIT, secretRef: { name: 'login', namespace: 'ops' } }))).to.deep.equal([
      'Secret/ops/login',
    ]);
  });
});
