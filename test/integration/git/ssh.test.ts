import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Git } from '../../../src/git/git.ts';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import { makeKey, type Sshd, startSshd } from '../../support/sshd.ts';
import { type Harness, messageOf, never, now, startHarness } from './harness.ts';

describe('Git over SSH', () => {
  let h: Harness;
  let sshd: Sshd;
  let commit: string;
  let path: string;

  beforeEach(async () => {
    h = await startHarness();
    commit = await h.server.commit('app', { 'chart/Chart.yaml': 'name: web\n' });
    path = join(h.dir, 'repositories', 'app.git');
    sshd = await startSshd(join(h.dir, 'sshd'));
    await mkdir(join(h.dir, 'fluxd'));
    await writeFile(join(h.home, '.ssh', 'known_hosts'), sshd.knownHost);
  });
  afterEach(async () => {
    await sshd.stop();
    await h.stop();
  });

  const remote = (): { url: string; scope: string } => ({ url: sshd.url(path), scope: '' });
  const inHome = (name: string): string => join(h.home, '.ssh', name);
  const fluxdKey = (): string => join(h.dir, 'fluxd', 'identity');

  it('works with the key where the old chart mounts it, whatever its mode and line endings', async () => {
    await writeFile(fluxdKey(), sshd.identity.trimEnd().replaceAll('\n', '\r\n'));
    await chmod(fluxdKey(), 0o444);

    const resolved = await h.git.resolve(remote(), 'main', now);
    const tree = await h.git.treeOf(remote(), resolved.commit, 'chart', never);

    expect(resolved).to.deep.equal({ commit, insecure: false });
    expect(tree).to.match(/^[0-9a-f]{40}$/);
    expect(await sshd.commands()).to.deep.equal([`git-upload-pack '${path}'`, `git-upload-pack '${path}'`]);
  });

  it('leaves no copy of a key behind, and none in arguments or environment', async () => {
    await writeFile(fluxdKey(), sshd.identity);

    await h.git.fetchCommit(remote(), commit, never);

    const [own = ''] = await readdir(join(h.dir, 'work'));
    expect((await readdir(join(h.dir, 'work', own))).filter((name) => name.startsWith('ssh'))).to.deep.equal(
      [],
    );
    expect(JSON.stringify(h.calls)).not.to.contain('PRIVATE KEY');
  });

  it('works with a key of the home folder, after another one was refused', async () => {
    const { privateKey } = await makeKey(join(h.dir, 'other'));
    await writeFile(fluxdKey(), privateKey);
    await writeFile(inHome('id_ed25519'), sshd.identity);

    expect(await h.git.refs(remote(), now)).to.have.property('head', commit);
  });

  it("works with an administrator's config: an alias, a port and a key beside it", async () => {
    await writeFile(inHome('deploy-key'), sshd.identity, { mode: 0o644 });
    await writeFile(
      inHome('config'),
      [
        'Host charts',
        '  HostName 127.0.0.1',
        `  Port ${String(sshd.port)}`,
        `  User ${sshd.user}`,
        '  IdentityFile ~/.ssh/deploy-key',
        'Host *',
        '  StrictHostKeyChecking no', // not his to decide
        '',
      ].join('\n'),
    );

    expect(await h.git.refs({ url: `charts:${path}`, scope: '' }, now)).to.have.property('head', commit);
    await writeFile(inHome('known_hosts'), '');
    expect(await messageOf(h.git.refs({ url: `charts:${path}`, scope: '' }, now))).to.contain(
      'is not in known_hosts',
    );
  });

  describe('connects to the address that was checked', () => {
    const named = (host: string): { url: string; scope: string } => ({
      url: `ssh://${sshd.user}@${host}:${String(sshd.port)}${path}`,
      scope: '',
    });
    /** Names that only we know; ssh itself would find none of them. */
    const knowing = (...addresses: readonly string[]): Promise<Git> =>
      h.anotherGit({ lookup: () => Promise.resolve(addresses.map((address) => ({ address, family: 4 }))) });
    const knownAs = (host: string): Promise<void> =>
      writeFile(inHome('known_hosts'), sshd.knownHost.replace('127.0.0.1', host));

    beforeEach(() => writeFile(fluxdKey(), sshd.identity));

    it('and looks the key up by the name of the host', async () => {
      const git = await knowing('127.0.0.1');
      await knownAs('charts.invalid');

      expect(await git.refs(named('charts.invalid'), now)).to.have.property('head', commit);
      expect(await messageOf(git.refs(named('other.invalid'), now))).to.contain('is not in known_hosts');
    });

    it('and does so by the name without the port, where ssh would, and by the name with it in whatever form', async () => {
      const git = await knowing('127.0.0.1');
      const [, ...key] = sshd.knownHost.trim().split(' ');
      await writeFile(inHome('known_hosts'), `charts.invalid ${key.join(' ')}\n`);

      expect(await git.refs(named('charts.invalid'), now)).to.have.property('head', commit);
      expect(await messageOf(git.refs(named('other.invalid'), now))).to.contain('is not in known_hosts');

      await knownAs('charts.invalid');
      await promisify(execFile)('ssh-keygen', ['-H', '-f', inHome('known_hosts')]);
      expect(await readFile(inHome('known_hosts'), 'utf8')).to.match(/^\|1\|/);
      expect(await git.refs(named('charts.invalid'), now)).to.have.property('head', commit);
    });

    it("and does so in the files that an administrator's config names", async () => {
      await rename(fluxdKey(), inHome('deploy-key'));
      await writeFile(inHome('config'), 'IdentityFile ~/.ssh/deploy-key\nUserKnownHostsFile ~/.ssh/other\n');
      const git = await knowing('127.0.0.1');
      const [, ...key] = sshd.knownHost.trim().split(' ');

      for (const name of [`[charts.invalid]:${String(sshd.port)}`, 'charts.invalid']) {
        await writeFile(inHome('other'), `${name} ${key.join(' ')}\n`);
        expect(await git.refs(named('charts.invalid'), now), name).to.have.property('head', commit);
      }
    });

    it('but never by the name alone where the key is revoked for the name with the port', async () => {
      await knownAs('localhost');
      const known = await readFile(inHome('known_hosts'), 'utf8');
      const [, ...key] = known.trim().split(' ');
      await writeFile(inHome('known_hosts'), `@revoked ${known.trim()}\nlocalhost ${key.join(' ')}\n`);

      expect(await messageOf(h.git.refs(named('localhost'), now))).to.match(/host key of localhost/);
      expect(await sshd.commands()).to.deep.equal([]);
    });

    it('and leaves the name to ssh where keys may come from the DNS', async () => {
      await rename(fluxdKey(), inHome('deploy-key'));
      await knownAs('localhost');
      await writeFile(inHome('config'), 'IdentityFile ~/.ssh/deploy-key\nVerifyHostKeyDNS ask\n');
      const git = await knowing('192.0.2.1');

      expect(await git.refs(named('localhost'), now)).to.have.property('head', commit);
    });

    it('and to the next one when nothing listens there', async () => {
      const git = await knowing('127.0.0.2', '127.0.0.1');
      await knownAs('charts.invalid');

      expect(await git.refs(named('charts.invalid'), now)).to.have.property('head', commit);
    });

    it("and does what an administrator's config says of the name besides", async () => {
      await rename(fluxdKey(), inHome('deploy-key'));
      await writeFile(
        inHome('config'),
        `Host charts\n  HostName charts.invalid\n  Port ${String(sshd.port)}\n  IdentityFile ~/.ssh/deploy-key\n`,
      );
      const git = await knowing('127.0.0.1');
      await knownAs('charts.invalid');

      expect(await git.refs({ url: `${sshd.user}@charts:${path}`, scope: '' }, now)).to.have.property(
        'head',
        commit,
      );
    });

    it('unless the config has rules for the name that would go another way then', async () => {
      await rename(fluxdKey(), inHome('deploy-key'));
      await knownAs('localhost');
      await writeFile(
        inHome('config'),
        `Host charts\n  HostName localhost\nMatch host localhost\n  Port ${String(sshd.port)}\n  IdentityFile ~/.ssh/deploy-key\n`,
      );

      expect(await h.git.refs({ url: `${sshd.user}@charts:${path}`, scope: '' }, now)).to.have.property(
        'head',
        commit,
      );
    });

    it("and leaves it to the program that an administrator's config names, if it names one", async () => {
      const jump = [
        'Host charts.invalid',
        `  ProxyCommand ssh -F none -W 127.0.0.1:${String(sshd.port)} -p ${String(sshd.port)} -i ${fluxdKey()} -o UserKnownHostsFile=${inHome('known_hosts')} ${sshd.user}@127.0.0.1`,
      ].join('\n');
      await chmod(fluxdKey(), 0o600);
      await writeFile(inHome('config'), jump);
      const knownHere = sshd.knownHost;
      await writeFile(
        inHome('known_hosts'),
        `${knownHere.trimEnd()}\n${knownHere.replace('127.0.0.1', 'charts.invalid')}`,
      );

      expect(await h.git.refs(named('charts.invalid'), now)).to.have.property('head', commit);
    });

    it('and to none that is refused, by whatever name, number or alias', async () => {
      const git = await h.anotherGit({ checkAddress: createAddressCheck(['127.0.0.0/8']) });
      await writeFile(inHome('config'), `Host charts\n  HostName 127.1\nHost direct\n  HostName 127.0.0.1\n`);

      for (const host of ['localhost', '0x7f.1', '2130706433', '127.1', '127.0.0.1', 'charts', 'direct'])
        expect(await messageOf(git.refs(named(host), now)), host).to.match(/ is refused: it is in a range/);
      expect(await sshd.commands()).to.deep.equal([]);
    });
  });

  it('works when a gitconfig turns https into it', async () => {
    await writeFile(fluxdKey(), sshd.identity);
    const base = sshd.url('').replace(/\/$/, '');
    await writeFile(join(h.home, '.gitconfig'), `[url "${base}/"]\n insteadOf = https://git.invalid/\n`);

    expect(await h.git.refs({ url: `https://git.invalid${path}`, scope: '' }, now)).to.have.property(
      'head',
      commit,
    );
  });

  it('works with known_hosts of the whole machine', async () => {
    await writeFile(fluxdKey(), sshd.identity);
    await writeFile(inHome('known_hosts'), '');
    const knownHosts = join(h.dir, 'ssh_known_hosts');
    await writeFile(knownHosts, sshd.knownHost);
    const git = await h.anotherGit({
      ssh: { home: h.home, identities: [fluxdKey()], knownHosts: [knownHosts] },
    });

    expect(await git.refs(remote(), now)).to.have.property('head', commit);
  });

  describe('refuses', () => {
    beforeEach(() => writeFile(fluxdKey(), sshd.identity));

    it('a host whose key it does not know', async () => {
      await writeFile(inHome('known_hosts'), '');

      expect(await messageOf(h.git.refs(remote(), now))).to.equal(
        `the SSH host key of 127.0.0.1 (repository ${remote().url}) is not in known_hosts: check its fingerprint and add the line that ssh-keyscan prints`,
      );
      expect(await sshd.commands()).to.deep.equal([]);
    });

    it('a host whose key has changed', async () => {
      const { publicLine } = await makeKey(join(h.dir, 'other-host'));
      await writeFile(inHome('known_hosts'), `[127.0.0.1]:${String(sshd.port)} ${publicLine}`);

      expect(await messageOf(h.git.refs(remote(), now))).to.equal(
        `the SSH host key of 127.0.0.1 (repository ${remote().url}) differs from the one in known_hosts: replace that line if the host has really changed its key, else somebody is in between`,
      );
      expect(await sshd.commands()).to.deep.equal([]);
    });
  });

  describe('says what is wrong', () => {
    it('without a key, and with one that is not let in', async () => {
      const without = await messageOf(h.git.refs(remote(), now));
      const { privateKey } = await makeKey(join(h.dir, 'other'));
      await writeFile(fluxdKey(), privateKey);
      const refused = await messageOf(h.git.refs(remote(), now));

      expect(without).to.equal(
        `127.0.0.1 does not let us read repository ${remote().url} by SSH: no SSH key is mounted; mount one as /etc/fluxd/ssh/identity`,
      );
      expect(refused).to.equal(
        `127.0.0.1 does not let us read repository ${remote().url} by SSH: it refuses the mounted SSH key; add its public part there as a deploy key`,
      );
    });

    it('with a repository that is not there', async () => {
      await writeFile(fluxdKey(), sshd.identity);
      const url = sshd.url(join(h.dir, 'missing.git'));

      expect(await messageOf(h.git.refs({ url, scope: '' }, now))).to.equal(
        `repository ${url} was not found: correct the URL, or grant the credentials access to it`,
      );
    });

    it('with a host that is not there, or whose name nobody knows', async () => {
      await sshd.stop();
      const unknown = { url: 'git@no-such-host.invalid:team/app.git', scope: '' };

      expect(await messageOf(h.git.refs(remote(), now))).to.contain(
        `127.0.0.1 cannot be reached for repository ${remote().url}`,
      );
      expect(await messageOf(h.git.refs(unknown, now))).to.equal(
        `the host 'no-such-host.invalid' of repository ${unknown.url} is not known to DNS: correct the URL or check the cluster's DNS`,
      );
    });
  });
});
