import { expect } from 'chai';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startGitServer } from '../../../hack/testenv/git-server.ts';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import { gitAccessOf } from '../../../src/git/access.ts';
import type { GitAccess, GitRemote } from '../../../src/git/remote.ts';
import { makeKey, type Sshd, startSshd } from '../../support/sshd.ts';
import { type Harness, messageOf, never, now, startHarness } from './harness.ts';

const MANIFESTS = { 'apps/web.yaml': 'kind: Web\n' };

/** What git and ssh are given in files, while they run. */
function accessFilesIn(
  dir: string,
): { readonly path: string; readonly mode: number; readonly text: string }[] {
  return readdirSync(join(dir, 'work'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/(?:credentials|ssh)-\w+\//.test(path))
    .map((path) => ({ path, full: join(dir, 'work', path) }))
    .filter(({ full }) => statSync(full).isFile())
    .map(({ path, full }) => ({ path, mode: statSync(full).mode & 0o777, text: readFileSync(full, 'utf8') }));
}

describe('Git with the access of a Secret', () => {
  let h: Harness;

  /** By way of the Secret that would hold it. */
  async function remoteWith(url: string, data: Readonly<Record<string, string>>): Promise<GitRemote> {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    const secret = { data: Object.fromEntries(encoded) as Record<string, string> };
    const options = { read: () => Promise.resolve(secret), field: 'spec.secretRef' };
    const kinds = url.startsWith('ssh') ? (['ssh'] as const) : (['basic', 'ca'] as const);
    return { url, ...(await gitAccessOf({ namespace: 'a', name: 's' }, { ...options, kinds }, never)) };
  }

  describe('over SSH', () => {
    let sshd: Sshd;
    let commit: string;
    let url: string;

    beforeEach(async () => {
      h = await startHarness();
      commit = await h.server.commit('app', MANIFESTS);
      sshd = await startSshd(join(h.dir, 'sshd'));
      url = sshd.url(join(h.dir, 'repositories', 'app.git'));
    });
    afterEach(async () => {
      await sshd.stop();
      await h.stop();
    });

    const good = () => ({
      identity: sshd.identity.trimEnd().replaceAll('\n', '\r\n'),
      known_hosts: sshd.knownHost,
    });

    /** What would be let in, wherever an installation may have it. */
    async function mount(): Promise<void> {
      await mkdir(join(h.dir, 'fluxd'));
      await writeFile(join(h.dir, 'fluxd', 'identity'), sshd.identity, { mode: 0o600 });
      await writeFile(join(h.home, '.ssh', 'id_ed25519'), sshd.identity, { mode: 0o600 });
      await writeFile(join(h.home, '.ssh', 'known_hosts'), sshd.knownHost);
      await writeFile(
        join(h.home, '.ssh', 'config'),
        `Host *\n  IdentityFile ~/.ssh/id_ed25519\n  UserKnownHostsFile ~/.ssh/known_hosts\n`,
      );
    }

    it('takes its key and its known_hosts, and leaves no copy of them behind', async () => {
      const remote = await remoteWith(url, good());

      expect(await h.git.refs(remote, now)).to.have.property('head', commit);
      expect(await h.git.files(remote, commit, 'apps', never)).to.have.length(1);
      expect(accessFilesIn(h.dir)).to.deep.equal([]);
      expect(JSON.stringify(h.calls)).not.to.contain('PRIVATE KEY');
    });

    it('takes no key that is mounted', async () => {
      await mount();
      const { privateKey } = await makeKey(join(h.dir, 'other'));
      const remote = await remoteWith(url, { ...good(), identity: privateKey });

      expect(await messageOf(h.git.refs(remote, now))).to.equal(
        `127.0.0.1 does not let us read repository ${url} by SSH: it refuses the SSH key of the Secret; add its public part there as a deploy key`,
      );
      expect(await h.git.refs({ url, scope: '' }, now)).to.have.property('head', commit);
    });

    it('trusts no host of a known_hosts that is mounted', async () => {
      await mount();
      const remote = await remoteWith(url, {
        ...good(),
        known_hosts: sshd.knownHost.replace('127.0.0.1', 'other'),
      });

      expect(await messageOf(h.git.refs(remote, now))).to.equal(
        `the SSH host key of 127.0.0.1 (repository ${url}) is not in the known_hosts of the Secret: check its fingerprint and add the line that ssh-keyscan prints`,
      );
    });

    it('shares its mirror with whoever has the same, and with nobody else', async () => {
      await mount();
      const [one, same] = [await remoteWith(url, good()), await remoteWith(url, good())];
      const other = { ...one, scope: 'b/s/0' };

      for (const remote of [one, same, other, { url, scope: '' }])
        await h.git.fetchCommit(remote, commit, never);

      expect(await sshd.commands()).to.have.length(3);
      expect(h.git.stats().mirrors).to.equal(3);
    });
  });

  describe('over https', () => {
    const authority = createAuthority('of the Secret');
    const issued = authority.issue({ commonName: 'git', hosts: ['127.0.0.1'] });
    const another = createAuthority('of the installation');
    const theirs = another.issue({ commonName: 'git', hosts: ['127.0.0.1'] });
    let seen: (string | undefined)[];
    let files: ReturnType<typeof accessFilesIn>;

    beforeEach(async () => {
      [seen, files] = [[], []];
      h = await startHarness({
        tls: { cert: issued.certificatePem, key: issued.keyPem },
        onRequest: ({ headers }) => {
          seen.push(headers.authorization);
          files.push(...accessFilesIn(h.dir)); // git waits for the answer meanwhile
        },
      });
      await h.server.commit('app', MANIFESTS);
      await writeFile(join(h.home, '.netrc'), 'machine 127.0.0.1 login installed password secret\n');
    });
    afterEach(() => h.stop());

    it('trusts its authority, by a private file for as long as git runs', async () => {
      const remote = await remoteWith(h.server.repoUrl('app'), { 'ca.crt': authority.certificatePem });

      const { commit, insecure } = await h.git.resolve(remote, 'main', now);
      const found = await h.git.files(remote, commit, '', never);

      expect([found.map(({ path }) => path), insecure]).to.deep.equal([['apps/web.yaml'], false]);
      expect(new Set(files.map(({ mode }) => mode))).to.deep.equal(new Set([0o600]));
      expect(files.some(({ text }) => text.includes(authority.certificatePem.trim()))).to.equal(true);
      expect(accessFilesIn(h.dir)).to.deep.equal([]);
      expect(new Set(seen)).to.deep.equal(new Set([undefined])); // and nothing of .netrc
    });

    it('trusts nobody else for it, and says where to put the certificate', async () => {
      const remote = await remoteWith(h.server.repoUrl('app'), { 'ca.crt': another.certificatePem });

      expect(await messageOf(h.git.refs(remote, now))).to.equal(
        `the certificate of 127.0.0.1 (repository ${remote.url}) is not trusted: put the certificate of its authority into the Secret's ca.crt`,
      );
      expect(await messageOf(h.git.refs({ url: remote.url, scope: '' }, now))).to.contain('SSL_CERT_FILE');
    });

    it('trusts those of the installation besides', async () => {
      const caFile = join(h.dir, 'ca.pem');
      await writeFile(caFile, another.certificatePem);
      const git = await h.anotherGit({ env: { PATH: process.env['PATH'], SSL_CERT_FILE: caFile } });
      const server = await startGitServer({
        dir: join(h.dir, 'repositories'),
        tls: { cert: theirs.certificatePem, key: theirs.keyPem },
      });
      try {
        for (const url of [server.repoUrl('app'), h.server.repoUrl('app')]) {
          const remote = await remoteWith(url, { 'ca.crt': authority.certificatePem });
          expect(await git.refs(remote, now), url).to.have.property('defaultBranch', 'main');
        }
      } finally {
        await server.stop();
      }
    });

    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const [name, data, header] of [
      ['a user with a password', { username: 'ann', password: 'p"\\' }, basic('ann:p"\\')],
      ['a token', { token: 't1' }, basic('git:t1')],
      ['a bearer token', { bearerToken: 't1' }, 'Bearer t1'],
    ] as const) {
      it(`sends ${name}, and nothing of the installation`, async () => {
        const remote = await remoteWith(h.server.repoUrl('app'), {
          ...data,
          'ca.crt': authority.certificatePem,
        });

        const { commit } = await h.git.resolve(remote, 'main', now);
        await h.git.fetchCommit(remote, commit, never);

        expect(new Set(seen)).to.deep.equal(new Set([header]));
        expect(JSON.stringify(h.calls)).not.to.contain(header);
      });
    }
  });

  it('has no use for what does not fit the address', async () => {
    h = await startHarness();
    try {
      const commit = await h.server.commit('app', MANIFESTS);
      const access: GitAccess = { ssh: { identity: 'x', knownHosts: 'x' }, ca: 'x' };

      expect(await h.git.refs({ ...h.remote, access }, now)).to.have.property('head', commit);
    } finally {
      await h.stop();
    }
  });
});
