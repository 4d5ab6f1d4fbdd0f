import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startGitServer } from '../../hack/testenv/git-server.ts';
import type { GitServer } from '../../hack/testenv/git-server.ts';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { createCertificates } from '../support/certificates.ts';
import { testBadInputs } from './bad-input.ts';
import type { Bench } from './bench.ts';
import { expectTrouble, footprintOf } from './trouble.ts';
import { webChartFiles, webRelease } from './world.ts';

const from = (git: string, path = 'web', ref = 'main'): Partial<HelmReleaseSpec> => ({
  chart: { git, path, ref },
});
const home = ({ world }: Bench): string => world.git.repoUrl('charts');
const given = (spec: Partial<HelmReleaseSpec>): Promise<Partial<HelmReleaseSpec>> => Promise.resolve(spec);

describe('a chart that Git does not give', function () {
  this.timeout(90_000);
  /** Servers of their own for two of the inputs: one falls silent, one shows a certificate of an unknown authority. */
  let silent: GitServer;
  let untrusted: GitServer;
  const stack = new AsyncDisposableStack();

  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'git-hosts-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const { certificate: cert, key } = await createCertificates(dir);
    silent = await startGitServer({ dir: join(dir, 'silent') });
    stack.defer(() => silent.stop());
    untrusted = await startGitServer({ dir: join(dir, 'untrusted'), tls: { cert, key } });
    stack.defer(() => untrusted.stop());
    for (const server of [silent, untrusted]) {
      await server.createRepo('charts');
      await server.commit('charts', await webChartFiles('web'));
    }
  });

  after(() => stack.disposeAsync());

  const bench = testBadInputs({ namespace: 'bad-git', operator: { flags: ['--git-timeout=2s'] } }, [
    {
      name: 'path',
      title: 'a path that is not there',
      spoil: (bench) => given(from(home(bench), 'webb')),
      trouble: { step: 'chart', says: ["'webb'", "'web'", '/charts.git', 'did you mean'], stalled: false },
      mend: async ({ world }) => {
        await world.git.commit('charts', await webChartFiles('webb'));
        return undefined;
      },
    },
    {
      name: 'ref',
      title: 'a ref that is not there',
      spoil: (bench) => given(from(home(bench), 'web', 'stable')),
      trouble: {
        step: 'chart',
        says: ["the ref 'stable'", "its default branch is 'main'", 'correct the ref, or push it'],
        stalled: false,
      },
      mend: async ({ world }) => {
        await world.git.commit('charts', await webChartFiles('web'), { branch: 'stable' });
        return undefined;
      },
    },
    {
      name: 'silent',
      title: 'a host that does not answer',
      begin: () => given(from(silent.repoUrl('charts'))),
      spoil: () => {
        silent.fail({ kind: 'silent' });
        return given(from(silent.repoUrl('charts')));
      },
      trouble: {
        step: 'chart',
        says: ['127.0.0.1 did not finish answering', 'within 2 s', '--git-timeout'],
        stalled: false,
      },
      mend: () => {
        silent.fail(undefined);
        return Promise.resolve(undefined);
      },
    },
    {
      name: 'untrusted',
      title: 'a certificate that is not trusted',
      spoil: () => given(from(untrusted.repoUrl('charts'))),
      trouble: {
        step: 'chart',
        says: ['the certificate of 127.0.0.1', 'not trusted', 'SSL_CERT_FILE'],
        stalled: false,
      },
      mend: (bench) => given(from(home(bench))),
    },
  ]);

  it('is not needed to uninstall what was released of it', async () => {
    const { world, namespace, apply, untilReady } = bench();
    await apply(webRelease(world, namespace, 'leaving', { releaseName: 'leaving' }));
    await untilReady('leaving');
    await apply(
      webRelease(world, namespace, 'leaving', { releaseName: 'leaving', ...from(home(bench()), 'gone') }),
    );
    await expectTrouble(bench(), 'leaving', { step: 'chart', says: ["'gone'"], stalled: false });

    await world.cluster.kubectl(
      ...['delete', 'helmreleases.helm.fluxcd.io', 'leaving', '-n', namespace, '--timeout=15s'],
    );

    expect(await footprintOf(world, namespace, 'leaving')).to.deep.equal({});
  });
});
