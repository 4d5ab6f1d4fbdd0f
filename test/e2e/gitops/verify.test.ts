import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { eventually } from '../../support/eventually.ts';
import { openPgpSignature, openPgpSigner } from '../../support/openpgp-signer.ts';
import { type Sign, signCommit, signTag, type SshSigner, sshSigner } from '../../support/signed-git.ts';
import { secretData } from '../../support/trusted-keys.ts';
import { configMap, type GitOps, openGitOps } from './gitops.ts';

const TEAM = 'team';
/** Nothing that is awaited here comes by itself before that. */
const RARELY = '10m';

interface Data {
  readonly data?: Readonly<Record<string, string>>;
}

describe('a GitSync with spec.verify', function () {
  this.timeout(60_000);
  let ops: GitOps;
  let dir: string;
  let repo: string;
  let ada: SshSigner;
  let bob: SshSigner;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'signers-'));
    [ada, bob] = await Promise.all([sshSigner(dir, 'ada'), sshSigner(dir, 'bob')]);
    ops = await openGitOps();
    repo = (await ops.git('rev-parse', '--absolute-git-dir')).trim();
    await ops.openNamespace(TEAM);
    await trust('signers', { 'ada.pub': ada.publicKey });
  });
  after(async () => {
    await (ops as GitOps | undefined)?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });

  async function trust(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    await ops.world.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: TEAM } },
      data: secretData(files),
    });
  }
  const signed = async (files: Readonly<Record<string, string>>, sign: Sign): Promise<string> =>
    signCommit(repo, await ops.commit(files), sign);
  const dataOf = async (name: string): Promise<Data['data']> =>
    (await ops.world.cluster.get<Data>('configmaps', name, TEAM))?.data;
  const untilRefused = (name: string, sentence: string): Promise<GitSync> =>
    ops.until(TEAM, name, ({ status }) => {
      expect(status?.conditions?.find(({ type }) => type === 'Ready')).to.include({
        ...{ status: 'False', reason: 'SignatureRefused' },
      });
      expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.status).to.equal('True');
      expect(status?.failure?.cause).to.contain(sentence);
    });

  it('applies a commit that a key of its Secret has signed, and tells by whom', async () => {
    const commit = await signed({ 'team/one.yaml': configMap('one', { color: 'red' }) }, ada.sign);
    await ops.sync(TEAM, 'team', { path: 'team', verify: { secretRef: { name: 'signers' } } });

    const { status } = await ops.untilApplied(TEAM, 'team', commit);

    expect(status?.commit?.signedBy).to.match(/^ada \(SSH SHA256:\S{43}\)$/);
    expect(await dataOf('one')).to.deep.equal({ color: 'red' });
  });

  it('refuses one that is not signed: nothing of it gets into the cluster, and what is changed by hand is put back', async () => {
    const applied = (await ops.get(TEAM, 'team')).status?.appliedRevision;
    const commit = await ops.commit({
      'team/one.yaml': configMap('one', { color: 'blue' }),
      'team/two.yaml': configMap('two', { a: 'b' }),
    });

    const { status } = await untilRefused(
      'team',
      `commit ${commit.slice(0, 12)} is not signed: push a new commit`,
    );

    expect(status?.failure).to.include({ step: 'verify', revision: `main@sha1:${commit}` });
    expect(status?.appliedRevision).to.equal(applied);
    expect(await dataOf('two')).to.equal(undefined);
    const patch = [
      'patch',
      'configmap',
      'one',
      '-n',
      TEAM,
      '--type=merge',
      '-p',
      '{"data":{"color":"green"}}',
    ];
    await ops.world.cluster.kubectl(...patch);
    await eventually(async () => {
      expect(await dataOf('one')).to.deep.equal({ color: 'red' });
    });
    expect(await dataOf('two')).to.equal(undefined);
    await untilRefused('team', 'is not signed');
  });

  it('refuses one that somebody else has signed, and takes it as soon as the key is in the Secret', async () => {
    const commit = await signed({ 'late/three.yaml': configMap('three', { a: 'b' }) }, bob.sign);
    await trust('late', { 'ada.pub': ada.publicKey });
    await ops.sync(TEAM, 'late', { path: 'late', interval: RARELY, verify: { secretRef: { name: 'late' } } });
    await untilRefused('late', 'that Secret team/late does not hold');
    expect(await dataOf('three')).to.equal(undefined);

    await trust('late', { 'ada.pub': ada.publicKey, 'bob.pub': bob.publicKey });

    const { status } = await ops.untilApplied(TEAM, 'late', commit);
    expect(status?.commit?.signedBy).to.match(/^bob /);
    expect(await dataOf('three')).not.to.equal(undefined);
  });

  it('says so when there is no Secret, and begins when there is one, with a key of OpenPGP', async () => {
    const carol = await openPgpSigner('Carol');
    const files = { 'pgp/four.yaml': configMap('four', {}) };
    const commit = await signed(files, (payload) => openPgpSignature(payload, carol.key));
    await ops.sync(TEAM, 'pgp', { path: 'pgp', interval: RARELY, verify: { secretRef: { name: 'carol' } } });
    await untilRefused('pgp', 'Secret team/carol of spec.verify.secretRef does not exist: create it');

    await trust('carol', { 'carol.asc': carol.publicKey });

    const { status } = await ops.untilApplied(TEAM, 'pgp', commit);
    expect(status?.commit?.signedBy).to.match(/^Carol <carol@example\.com> \(OpenPGP [0-9A-F]{40}\)$/);
  });

  it('applies a tag that is signed, though its commit is not, and refuses it under a higher version', async () => {
    const object = await ops.commit({ 'tagged/five.yaml': configMap('five', {}) });
    await signTag(repo, { name: 'v1.0.0', object }, ada.sign);
    await ops.sync(TEAM, 'tagged', {
      path: 'tagged',
      ref: { semver: '>=1' },
      verify: { mode: 'Tag', secretRef: { name: 'signers' } },
    });
    await ops.untilApplied(TEAM, 'tagged', object);

    await signTag(repo, { name: 'v1.0.0', under: 'v9.0.0', object }, ada.sign);

    const { status } = await untilRefused('tagged', 'tag v9.0.0 was made with the name "v1.0.0"');
    expect(status?.appliedRevision).to.equal(`v1.0.0@sha1:${object}`);
  });
});
