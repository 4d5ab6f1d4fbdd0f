import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createGitEnvironment } from '../../../src/git/environment.ts';
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

    const { local } = await createGitEnvironment({ env, ssh, workDir, timeoutMs: 1_000 });

    for (const name of OLD) expect(local[name], name).to.equal(`our ${name}`);
    for (const name of KEPT_BACK) expect(local[name], name).not.to.equal(`our ${name}`);
    expect(local).to.include({ GIT_TERMINAL_PROMPT: '0' });
  });
});
