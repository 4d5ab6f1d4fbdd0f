import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { git as setUp } from '../../../hack/testenv/git-repos.ts';
import { type GitServer, startGitServer } from '../../../hack/testenv/git-server.ts';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import type { Git } from '../../../src/git/git.ts';
import type { GitRemote } from '../../../src/git/remote.ts';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import type { HostLookup } from '../../../src/net/lookup.ts';
import { OWNER_VARIABLE } from '../../../src/process/leftovers.ts';
import { type Harness, messageOf, never, now, startHarness } from './harness.ts';

const CHART = { 'chart/Chart.yaml': 'name: web\n' };
const SECRET = { username: 'robot', password: 'p:ä%40/ss' };
const BASIC = `Basic ${Buffer.from('robot:p:ä%40/ss').toString('base64')}`;

/** Arguments and environment of everything that Git runs in a work directory below `dir`, as others may see them. */
function processesOf(dir: string): readonly string[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const environments = pids.map((pid) => [pid, read(pid, 'environ')] as const);
  return environments
    .filter(([, environment]) => environment.includes(`${OWNER_VARIABLE}=${dir}/`))
    .map(([pid, environment]) => `${read(pid, 'cmdline')}\0${environment}`);
}

/** The files that git gets credentials by. */
function credentialsIn(dir: string): { readonly mode: number; readonly text: string }[] {
  return readdirSync(join(dir, 'work'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/credentials-\w+\/config$/.test(path))
    .map((path) => join(dir, 'work', path))
    .map((path) => ({ mode: statSync(path).mode, text: readFileSync(path, 'utf8') }));
}

describe('Git over https and http', () => {
  const authority = createAuthority('test authority');
  const good = authority.issue({ commonName: 'git', hosts: ['127.0.0.1', 'localhost'] });
  let h: Harness;
  let caFile: string;
  let seen: IncomingMessage[];
  let opened: { stop(): unknown }[];

  beforeEach(async () => {
    seen = [];
    opened = [];
    h = await startHarness({
      auth: SECRET,
      tls: { cert: good.certificatePem, key: good.keyPem },
      onRequest: (request) => seen.push(request),
    });
    await h.server.commit('app', CHART);
    caFile = join(h.dir, 'ca.pem');
    await writeFile(caFile, authority.certificatePem);
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.stop()));
    await h.stop();
  });

  const trusting = (): Promise<Git> =>
    h.anotherGit({ env: { PATH: process.env['PATH'], SSL_CERT_FILE: caFile } });

  /** One more server of the same repositories. */
  async function serve(options: Partial<Parameters<typeof startGitServer>[0]> = {}): Promise<GitServer> {
    const server = await startGitServer({
      dir: join(h.dir, 'repositories'),
      onRequest: (request) => seen.push(request),
      ...options,
    });
    opened.push(server);
    return server;
  }

  /** What no child may show in its arguments. */
  function argumentsOfAll(): string {
    return JSON.stringify(h.calls.map(({ args }) => args));
  }

  describe('with credentials', () => {
    it('of a Secret reads the repository, and puts neither them nor the URL into an argument', async () => {
      const git = await trusting();

      const { commit, insecure } = await git.resolve({ ...h.remote, access: { basic: SECRET } }, 'main', now);
      await git.fetchCommit({ ...h.remote, access: { basic: SECRET } }, commit, never);

      expect(insecure).to.equal(false);
      expect(argumentsOfAll()).not.to.match(/p:ä|cm9ib3Q|127\.0\.0\.1/);
      expect(new Set(seen.map(({ headers }) => headers.authorization))).to.deep.equal(new Set([BASIC]));
    });

    it('of a Secret shows them to git in a private file, for as long as it runs, and nowhere else', async () => {
      const shown: string[] = [];
      const files: { readonly mode: number; readonly text: string }[] = [];
      const server = await serve({
        auth: SECRET,
        // git waits for the answer meanwhile.
        onRequest: () => {
          shown.push(...processesOf(h.dir));
          files.push(...credentialsIn(h.dir));
        },
      });

      const remote = { url: server.repoUrl('app'), access: { basic: SECRET }, scope: '' };
      const { commit } = await h.git.resolve(remote, 'main', now);
      await h.git.fetchCommit(remote, commit, never);

      expect(shown.filter((text) => text.includes('remote-http'))).not.to.deep.equal([]);
      expect(shown.filter((text) => /p:ä|cm9ib3Q/.test(text))).to.deep.equal([]);
      expect(files).not.to.deep.equal([]);
      for (const { mode, text } of files) {
        expect(mode & 0o777).to.equal(0o600);
        expect(text).to.contain(`[http "${remote.url}"]`).and.to.contain(BASIC);
      }
      expect(credentialsIn(h.dir)).to.deep.equal([]);
    });

    it('in the URL, as old manifests have them, does so too', async () => {
      const git = await trusting();
      const url = h.remote.url.replace('://', `://robot:${encodeURIComponent(SECRET.password)}@`);

      await git.refs({ url, scope: '' }, now);

      expect(argumentsOfAll()).not.to.contain('p%3A');
    });

    it('of .netrc does so too, but never for an object that brings its own', async () => {
      await writeFile(join(h.home, '.netrc'), 'machine 127.0.0.1 login robot password p:ä%40/ss\n');
      const git = await trusting();

      await git.refs(h.remote, now);
      const message = await messageOf(
        git.refs({ ...h.remote, access: { basic: { username: 'x', password: 'y' } } }, now),
      );

      expect(message).to.contain('refuses the credentials');
    });

    it('of a gitconfig and its helper does so too, but never for an object that brings its own', async () => {
      await writeFile(
        join(h.home, '.gitconfig'),
        `[credential]\n helper = "!printf 'username=robot\\\\npassword=p:ä%%40/ss\\\\n'; true"\n[http]\n extraHeader = X-Admin: 1\n`,
      );
      const git = await trusting();

      await git.refs(h.remote, now);
      const headers = seen.map((request) => request.headers['x-admin']);
      const message = await messageOf(
        git.refs({ ...h.remote, access: { basic: { username: 'x', password: 'y' } } }, now),
      );

      expect(headers).to.include('1');
      expect(message).to.contain('refuses the credentials');
      expect(seen.at(-1)?.headers['x-admin']).to.equal(undefined);
    });

    it('that are wrong or missing says which of both', async () => {
      const git = await trusting();

      expect(
        await messageOf(git.refs({ ...h.remote, access: { basic: { username: 'x', password: 'y' } } }, now)),
      ).to.equal(
        `repository ${h.remote.url} refuses the credentials: check user name and password in the Secret`,
      );
      expect(await messageOf(git.refs(h.remote, now))).to.equal(
        `repository ${h.remote.url} asks for credentials or does not exist: name a Secret with user name and password in secretRef, or correct the URL`,
      );
    });
  });

  describe('redirects', () => {
    const remoteAt = (server: GitServer): GitRemote => ({
      url: server.repoUrl('moved'),
      access: { basic: SECRET },
      scope: '',
    });

    it('to another host get nothing from us, credentials least of all', async () => {
      const thief = await serve();
      const front = await serve({ auth: SECRET });
      front.fail({ kind: 'redirect', to: (path) => `${thief.url}${path.replace('moved', 'app')}` });

      const message = await messageOf(h.git.refs(remoteAt(front), now));

      expect(message).to.equal(
        `repository ${front.repoUrl('moved')} redirects to ${thief.url}, and redirects to another server are not followed: write that address into the spec if you trust it`,
      );
      expect(seen.filter(({ headers }) => headers.host === thief.url.slice(7))).to.deep.equal([]);
    });

    it('to another name of the same machine, or from https to http, are another server too', async () => {
      const git = await trusting();
      h.server.fail({ kind: 'redirect', to: (path) => `https://localhost:${String(h.server.port)}${path}` });
      const otherName = await messageOf(git.refs(remoteAt(h.server), now));
      h.server.fail({ kind: 'redirect', to: (path) => `http://127.0.0.1:${String(h.server.port)}${path}` });
      const plain = await messageOf(git.refs(remoteAt(h.server), now));

      expect(otherName).to.contain(`redirects to https://localhost:${String(h.server.port)},`);
      expect(plain).to.contain(`redirects to http://127.0.0.1:${String(h.server.port)},`);
    });

    it('on the same server are followed, for fetching too, and asked for once', async () => {
      const git = await trusting();
      h.server.fail(
        { kind: 'redirect', to: (path) => path.replace('moved', 'app') },
        ({ url }) => url?.includes('moved') ?? false,
      );

      const { commit } = await git.resolve(remoteAt(h.server), 'main', now);
      await git.fetchCommit(remoteAt(h.server), commit, never);
      const redirected = seen.filter(({ url }) => url?.includes('moved')).length;

      expect(redirected).to.equal(2); // the failed try, and the question where to
      expect(await git.treeOf(remoteAt(h.server), commit, 'chart', never)).to.match(/^[0-9a-f]{40}$/);
    });

    it('in a circle, to nowhere or to a page end with a sentence', async () => {
      const git = await trusting();
      const fail = (to: (path: string) => string): Promise<string> => {
        h.server.fail({ kind: 'redirect', to });
        return messageOf(git.refs(remoteAt(h.server), now));
      };

      expect(await fail((path) => path)).to.match(/answers HTTP 302/);
      expect(await fail(() => '/login')).to.contain('leads to a page that is no Git repository');
      expect(await fail((path) => `//evil.invalid${path}`)).to.contain('redirects to https://evil.invalid,');
    });

    it('of a later request, after the first was answered, are not followed either', async () => {
      const thief = await serve();
      const git = await trusting();
      h.server.fail(
        { kind: 'redirect', to: (path) => `${thief.url}${path}` },
        ({ method }) => method === 'POST',
      );

      await messageOf(git.refs({ ...h.remote, access: { basic: SECRET } }, now));

      expect(seen.filter(({ headers }) => headers.host === thief.url.slice(7))).to.deep.equal([]);
    });
  });

  describe('connects to the address that was checked', () => {
    const lookup: HostLookup = (host) =>
      host.startsWith('charts.invalid')
        ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
        : Promise.reject(new Error('ENOTFOUND'));

    it('for a name that git itself would not find, also with a final dot', async () => {
      const server = await serve();
      const git = await h.anotherGit({ lookup });

      for (const host of ['charts.invalid', 'charts.invalid.']) {
        const url = server.repoUrl('app').replace('127.0.0.1', host);
        expect((await git.refs({ url, scope: '' }, now)).head, host).to.match(/^[0-9a-f]{40}$/);
      }
    });

    it('and to none that is refused, however it is written', async () => {
      const server = await serve();
      const git = await h.anotherGit({ checkAddress: createAddressCheck(['127.0.0.0/8']) });

      for (const host of [
        'localhost',
        '0x7f.1',
        '2130706433',
        '127.1',
        '[::1]',
        '[::ffff:127.0.0.1]',
        '0.0.0.0',
      ]) {
        const url = server.repoUrl('app').replace('127.0.0.1', host);
        expect(await messageOf(git.refs({ url, scope: '' }, now)), host).to.match(
          / is refused: it is in a range/,
        );
      }
      expect(seen).to.deep.equal([]);
    });

    it('after a redirect on the same host too', async () => {
      const server = await serve();
      const git = await h.anotherGit({ lookup });
      server.fail(
        { kind: 'redirect', to: (path) => path.replace('moved', 'app') },
        ({ url }) => url?.includes('moved') ?? false,
      );

      const url = server.repoUrl('moved').replace('127.0.0.1', 'charts.invalid');
      expect((await git.refs({ url, scope: '' }, now)).head).to.match(/^[0-9a-f]{40}$/);
    });
  });

  describe('says what is wrong', () => {
    it('with a certificate that nobody here trusts', async () => {
      expect(await messageOf(h.git.refs(h.remote, now))).to.equal(
        `the certificate of 127.0.0.1 (repository ${h.remote.url}) is not trusted: mount the certificate of its authority and name the file in SSL_CERT_FILE`,
      );
    });

    it('with a certificate that has expired or is for another host', async () => {
      const old = authority.issue({
        commonName: 'git',
        hosts: ['127.0.0.1'],
        notAfter: new Date(Date.now() - 60_000),
      });
      const other = authority.issue({ commonName: 'git', hosts: ['other.invalid'] });
      const expired = await serve({ tls: { cert: old.certificatePem, key: old.keyPem } });
      const misnamed = await serve({ tls: { cert: other.certificatePem, key: other.keyPem } });
      const git = await trusting();
      const message = (server: GitServer): Promise<string> =>
        messageOf(git.refs({ url: server.repoUrl('app'), scope: '' }, now));

      expect(await message(expired)).to.contain('the certificate of 127.0.0.1');
      expect(await message(misnamed)).to.match(/certificate of 127\.0\.0\.1 .* is for another host name/);
    });

    it('with a repository that is not there, or a page that is none', async () => {
      const server = await serve();
      const missing = { url: server.repoUrl('missing'), scope: '' };

      expect(await messageOf(h.git.refs(missing, now))).to.equal(
        `repository ${missing.url} was not found: correct the URL, or grant the credentials access to it`,
      );
      server.fail({ kind: 'status', code: 200, body: '<!doctype html>\n<title>\tLog in</title>\n' });
      expect(await messageOf(h.git.refs(missing, now))).to.equal(
        `${missing.url} is the address of a page and not of a Git repository: correct the URL`,
      );
    });

    it('with a host that is not there, or whose name nobody knows', async () => {
      const server = await serve();
      const gone = { url: server.repoUrl('app'), scope: '' };
      await server.stop();
      opened = [];
      const unknown = { url: 'https://no-such-host.invalid/app.git', scope: '' };

      expect(await messageOf(h.git.refs(gone, now))).to.equal(
        `127.0.0.1 cannot be reached for repository ${gone.url}: check host and port, and that the network lets the operator out`,
      );
      expect(await messageOf(h.git.refs(unknown, now))).to.equal(
        `the host 'no-such-host.invalid' of repository ${unknown.url} is not known to DNS: correct the URL or check the cluster's DNS`,
      );
    });

    it('with a host that accepts and never answers, within the limit', async () => {
      const git = await h.anotherGit({ timeoutMs: 500 });
      const sockets = new Set<Socket>();
      const silent: Server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      opened.push({
        stop: () => {
          for (const socket of sockets) socket.destroy();
          silent.close();
        },
      });
      const url = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}/app.git`;

      expect(await messageOf(git.refs({ url, scope: '' }, now))).to.equal(
        `127.0.0.1 did not finish answering for repository ${url} within 0.5 s: check that the host can be reached, or raise --git-timeout`,
      );
    });
  });

  it('takes a push, which is what a demo and a person do, and sees it', async () => {
    const server = await serve({ auth: SECRET });
    const url = server.repoUrl('app');
    const clone = join(h.dir, 'clone');
    const header = `http.${url}.extraHeader=Authorization: ${BASIC}`;
    await setUp(['-c', header, 'clone', '--quiet', url, clone], h.dir);
    await writeFile(join(clone, 'big'), Buffer.alloc(3_000_000, 'x'));
    await setUp(['add', '.'], clone);
    await setUp(['-c', 'user.name=a', '-c', 'user.email=b', 'commit', '--quiet', '-m', 'a change'], clone);

    await setUp(['-c', header, 'push', '--quiet', 'origin', 'HEAD:main'], clone);

    const { commit } = await h.git.resolve({ url, access: { basic: SECRET }, scope: '' }, 'main', now);
    expect(commit).to.equal((await setUp(['rev-parse', 'HEAD'], clone)).trim());
    expect(server.requests().push).to.be.at.least(1);
  });

  it('goes on with other hosts while many repositories of one do not answer', async () => {
    const silent = await serve();
    silent.fail({ kind: 'silent' });
    const stop = new AbortController();
    const stuck = Array.from({ length: 30 }, (_, at) =>
      messageOf(
        h.git.refs(
          { url: silent.repoUrl(`r${String(at)}`), scope: '' },
          { maxAgeMs: 0, signal: stop.signal },
        ),
      ),
    );
    const server = await serve();

    await h.git.refs({ url: server.repoUrl('app'), scope: '' }, now);

    expect(h.ran('ls-remote')).to.equal(2); // one for who has not answered yet
    stop.abort(new Error('enough'));
    expect(new Set(await Promise.all(stuck))).to.deep.equal(new Set(['enough']));
  });
});
