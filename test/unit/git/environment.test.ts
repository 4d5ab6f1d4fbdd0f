import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createGitEnvironment } from '../../../src/git/environment.ts';
import { endpointOf } from '../../../src/git/remote.ts';
import { createRun, type Run, type RunResult } from '../../../src/process/run.ts';
import type { AddressGuard } from '../../../src/git/addresses.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import type { WorkDir } from '../../../src/process/work-dir.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

/** What 1.4.4 let through. */
const OLD = [
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTPS_PROXY', 'NO_PROXY', 'GIT_PROXY_COMMAND'],
  ...['GNUPGHOME', 'LD_PRELOAD', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'],
  ...['SECRETS_KEY', 'CLOUDSDK_CONFIG', 'NSS_WRAPPER_PASSWD'],
];

/** What is nobody's business, and HTTP_PROXY, which git does not read. */
const KEPT_BACK = ['HTTP_PROXY', 'HELM_VERSION', 'AWS_SECRET_ACCESS_KEY', 'GIT_SSH_COMMAND', 'GIT_DIR'];

const guard: AddressGuard = (host) =>
  Promise.resolve(
    host === 'git.example.com'
      ? { kind: 'name', addresses: ['192.0.2.1', '2001:db8::1'] }
      : { kind: 'unknown', ...(host === 'silent.example.com' ? { why: 'DNS does not answer' } : {}) },
  );

describe('the environment of git', () => {
  let dir: string;
  let workDir: WorkDir;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'git-environment-'));
    workDir = await openWorkDir(dir, { log: silentLogger });
  });
  afterEach(async () => {
    await workDir.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('has what Helm Operator let through, nothing else of ours, and never asks', async () => {
    const env = Object.fromEntries([...OLD, ...KEPT_BACK].map((name) => [name, `our ${name}`]));
    const ssh = { home: dir, identities: [], knownHosts: [] };

    const { local } = await createGitEnvironment({
      ...{ env, ssh, workDir, guard, timeoutMs: 1_000, run: createRun({ owner: workDir.path }) },
    });

    for (const name of OLD) expect(local[name], name).to.equal(`our ${name}`);
    for (const name of KEPT_BACK) expect(local[name], name).not.to.equal(`our ${name}`);
    expect(local).to.include({ GIT_TERMINAL_PROMPT: '0' });
  });

  describe('for a remote', () => {
    const signal = new AbortController().signal;
    const ssh = () => ({ home: dir, identities: [], knownHosts: [] });
    const gitSays =
      (version: string): Run =>
      () =>
        Promise.resolve({ kind: 'done', stdout: `git version ${version}\n` } as RunResult);

    /** The addresses that git is held to, or why it is not run. */
    async function pins(url: string, env = {}, version = '2.39.5'): Promise<string> {
      const environment = await createGitEnvironment({
        ...{ env, ssh: ssh(), workDir, guard, timeoutMs: 1_000, run: gitSays(version) },
      });
      try {
        await using remote = await environment.remote(endpointOf({ url, scope: '' }), { signal, turn: 0 });
        const keys = Object.keys(remote.env).filter((name) => remote.env[name] === 'http.curloptResolve');
        return keys.map((key) => remote.env[key.replace('KEY', 'VALUE')]).join(' ');
      } catch (error) {
        return (error as Error).message;
      }
    }

    it('holds git to the addresses that were checked', async () => {
      expect(await pins('https://git.example.com/r')).to.equal('git.example.com:443:192.0.2.1,[2001:db8::1]');
      expect(await pins('http://git.example.com:3000/r')).to.contain('git.example.com:3000:');
    });

    it('does not ask for a host that nobody knows', async () => {
      expect(await pins('https://nobody.example.com/r')).to.equal(
        "the host 'nobody.example.com' of repository https://nobody.example.com/r is not known to DNS: correct the URL or check the cluster's DNS",
      );
    });

    it('does not say that a name is wrong where nobody could tell', async () => {
      expect(await pins('https://silent.example.com/r')).to.equal(
        "the host 'silent.example.com' of repository https://silent.example.com/r could not be looked up (DNS does not answer): check the cluster's DNS",
      );
    });

    it('leaves the name to a proxy, and keeps git from finding another way to it', async () => {
      const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.example.com' };

      expect(await pins('https://nobody.example.org/r', env)).to.equal(
        'nobody.example.org:443:255.255.255.255',
      );
      expect(await pins('https://git.example.com/r', env)).to.contain(':192.0.2.1,');
      expect(await pins('https://other.example.com/r', env)).to.contain(':255.255.255.255');
      expect(await pins('http://nobody.example.org/r', env)).to.contain('is not known to DNS');
    });

    it('leaves a name that nobody knows to what an administrator puts in its place', async () => {
      await writeFile(
        join(dir, '.gitconfig'),
        '[url "https://git.example.com/"]\n insteadOf = https://old/\n',
      );

      expect(await pins('https://old/r')).to.equal('old:443:255.255.255.255');
    });

    it('has git run ssh without a shell where the image has the program for it', async () => {
      await writeFile(join(dir, 'ssh-with-config'), '', { mode: 0o755 });
      await writeFile(
        join(dir, '.gitconfig'),
        '[url "ssh://git@old/"]\n insteadOf = https://git.example.com/\n',
      );
      const settings = async (PATH: string): Promise<Readonly<Record<string, string>>> => {
        const environment = await createGitEnvironment({
          ...{ env: { PATH }, ssh: ssh(), workDir, guard, timeoutMs: 1_000, run: gitSays('2.47.3') },
        });
        const endpoint = endpointOf({ url: 'https://git.example.com/r', scope: '' });
        await using remote = await environment.remote(endpoint, { signal, turn: 0 });
        return remote.env;
      };

      const inImage = await settings(dir);
      const elsewhere = await settings('/nowhere');

      expect(inImage['GIT_SSH_COMMAND']).to.equal('ssh-with-config');
      expect(inImage['HELM_RELEASE_OPERATOR_SSH_CONFIG']).to.match(/\/config$/);
      expect(elsewhere['GIT_SSH_COMMAND']).to.match(/^ssh -F '.*\/config'$/);
      expect(elsewhere).not.to.have.property('HELM_RELEASE_OPERATOR_SSH_CONFIG');
    });

    it('needs a git that can be held', async () => {
      expect(await pins('https://git.example.com/r', {}, '2.36.1')).to.equal(
        'git version 2.36.1 cannot be held to the addresses that were checked: install git 2.37 or later',
      );
      expect(await pins('https://git.example.com/r', {}, '3.0.0')).to.contain('192.0.2.1');
    });
  });
});
