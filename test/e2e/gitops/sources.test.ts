import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { commitFiles, createBareRepo } from '../../../hack/testenv/git-repos.ts';
import { type GitServer, startGitServer } from '../../../hack/testenv/git-server.ts';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
const AUTH = { username: 'deploy', password: 'correct horse' };
const BRANCH = 'main';

describe('repositories that want to know who asks', function () {
  this.timeout(60_000);
  const ops = useGitOps({ namespaces: [TEAM] });
  const stack = new AsyncDisposableStack();
  const authority = createAuthority('private');
  const own = authority.issue({ commonName: 'git', hosts: ['127.0.0.1'] });
  let dir: string;
  let secured: GitServer;
  let sshd: Sshd;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gitops-sources-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const tls = { cert: own.certificatePem, key: own.keyPem };
    secured = await startGitServer({ dir: join(dir, 'secured'), tls, auth: AUTH });
    stack.defer(() => secured.stop());
    await secured.createRepo('deploy');
    sshd = await startSshd(join(dir, 'sshd'));
    stack.defer(() => sshd.stop());
  });
  after(() => stack.disposeAsync());

  const writeSecret = (name: string, stringData: Readonly<Record<string, string>>): Promise<unknown> =>
    ops().world.cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: TEAM },
      stringData,
    });
  const valueOf = async (name: string): Promise<string> =>
    await ops().world.cluster.kubectl('get', 'configmap', name, '-n', TEAM, '-o', 'jsonpath={.data.at}');
  const causeOf = async (name: string): Promise<string> => {
    const { status } = await ops().until(TEAM, name, (sync) => {
      expect(sync.status?.failure?.step).to.equal('fetch');
    });
    return status?.failure?.cause ?? '';
  };

  it('are read over https with the password and the CA of a Secret, and followed', async () => {
    const first = await secured.commit('deploy', { 'https.yaml': configMap('https', { at: '1' }) });
    await writeSecret('https', { ...AUTH, 'ca.crt': authority.certificatePem });
    await ops().sync(TEAM, 'https', { url: secured.repoUrl('deploy'), secretRef: { name: 'https' } });
    await ops().untilApplied(TEAM, 'https', first);

    const second = await secured.commit('deploy', { 'https.yaml': configMap('https', { at: '2' }) });
    await ops().untilApplied(TEAM, 'https', second);
    expect(await valueOf('https')).to.equal('2');
  });

  it('say over https what is wrong without telling the password, and are read as soon as the Secret is mended', async () => {
    const commit = await secured.commit('deploy', { 'more.yaml': configMap('more', { at: '1' }) });
    await writeSecret('mended', {
      username: AUTH.username,
      password: 'wrong horse',
      'ca.crt': authority.certificatePem,
    });
    await ops().sync(TEAM, 'https', { suspend: true });
    await ops().sync(TEAM, 'mended', {
      ...{ url: secured.repoUrl('deploy'), secretRef: { name: 'mended' }, interval: '10m' },
    });
    const cause = await causeOf('mended');
    expect(cause).to.include('refuses the credentials').and.include('Secret').and.not.include('horse');

    await ops().world.cluster.kubectl('delete', 'gitsync', 'https', '-n', TEAM);
    await writeSecret('mended', AUTH);
    await ops().untilApplied(TEAM, 'mended', commit);
    expect(await valueOf('more')).to.equal('1');
  });

  it('are read over ssh with the key of a Secret, from the host that it knows', async () => {
    const bare = join(dir, 'deploy.git');
    await createBareRepo(bare);
    const first = await commitFiles(bare, BRANCH, 'One', { 'ssh.yaml': configMap('ssh', { at: '1' }) });
    await writeSecret('ssh', { identity: sshd.identity, known_hosts: sshd.knownHost });
    await ops().sync(TEAM, 'ssh', { url: sshd.url(bare), secretRef: { name: 'ssh' } });
    await ops().untilApplied(TEAM, 'ssh', first);

    const second = await commitFiles(bare, BRANCH, 'Two', { 'ssh.yaml': configMap('ssh', { at: '2' }) });
    await ops().untilApplied(TEAM, 'ssh', second);
    expect(await valueOf('ssh')).to.equal('2');
  });

  it('are not read over ssh from a host that the Secret does not know', async () => {
    const bare = join(dir, 'strange.git');
    await createBareRepo(bare);
    const stranger = sshd.knownHost.replace(
      /\S+\s*$/,
      'AAAAC3NzaC1lZDI1NTE5AAAAIJm1S0FjC7p5xkzPhHXh1QvYzO3sLkTq0Z4uO7nq0Abc\n',
    );
    await writeSecret('stranger', { identity: sshd.identity, known_hosts: stranger });
    await ops().sync(TEAM, 'stranger', { url: sshd.url(bare), secretRef: { name: 'stranger' } });

    expect(await causeOf('stranger')).to.match(/host key/i);
    expect((await sshd.commands()).join()).not.to.include('strange.git');
  });
});
