import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { FileChange } from '../../hack/testenv/git-repos.ts';
import { createAuthority } from '../../hack/testenv/tls/authority.ts';
import { freePort } from '../../hack/testenv/control-plane/port.ts';
import { tool } from '../../hack/testenv/testenv.ts';
import { readRules, scaledRules } from '../support/alert-rules.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { run } from '../support/run.ts';
import { expectReady } from './bench.ts';
import { configMap } from './gitops/gitops.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { startWorld, webChartFiles, webRelease, type World } from './world.ts';

const FULL = process.env['TEST_FULL'] !== undefined;
const NAMESPACE = 'alerts';
const POD = 'testenv.helm-release-operator.io/pod';
const NEVER_READY = { podAnnotations: { [POD]: 'never-ready' } };
/** Half an hour becomes six seconds. */
const FACTOR = 300;
const LEASE = 'helm-release-operator';
const GONE = { removed: true } as const;
const MINUTE_MS = 60_000;
const RUNBOOKS = join(import.meta.dirname, '..', '..', 'docs', 'runbooks');

/** Its certificates began an hour ago. */
const authority = createAuthority('alerts');

describe('the alert rules, three hundred times as fast,', function () {
  this.timeout(60_000);
  let dir: string;
  let world: World;
  let operator: OperatorProcess;
  let prometheus: Prometheus;
  let port: number;
  let helm: string;

  const start = async (...flags: readonly string[]): Promise<OperatorProcess> =>
    await world.operator({
      helm,
      // One at a time, so that a release that waits for its turn can be seen.
      flags: [
        ...['--workers=1', '--charts-sync-interval=1s', `--operator-namespace=${NAMESPACE}`],
        ...[`--listen=127.0.0.1:${String(port)}`, ...flags],
      ],
    });

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'alerts-'));
    world = await startWorld();
    await world.cluster.createNamespace(NAMESPACE);
    await world.git.createRepo('others');
    await world.git.commit('others', { ...(await webChartFiles('web')), 'manifests/.gitkeep': '' });
    // Each helm waits for as long as the file is there.
    helm = join(dir, 'helm');
    const wait = `while [ -e '${hanging()}' ]; do sleep 0.1; done`;
    await writeFile(helm, `#!/bin/sh\n${wait}\nexec '${world.helm}' "$@"\n`);
    await chmod(helm, 0o755);
    port = await freePort();
    operator = await start();
    prometheus = await startPrometheus(port, scaledRules(readRules(), FACTOR), '250ms');
  });
  after(async () => {
    await (prometheus as Prometheus | undefined)?.[Symbol.asyncDispose]();
    await rm(hanging(), { force: true });
    const exit = await operator.stop();
    await world.stop();
    await rm(dir, { recursive: true });
    expect(exit, 'exit status of the operator').to.equal(0);
  });

  const hanging = (): string => join(dir, 'hanging');
  const apply = async (...items: readonly object[]): Promise<void> => {
    await world.cluster.apply({ apiVersion: 'v1', kind: 'List', items });
  };
  const untilReady = (name: string): Promise<unknown> => world.until(NAMESPACE, name, expectReady);
  const firing = async (of: Prometheus): Promise<readonly string[]> =>
    (await of.alerts())
      .filter(({ state }) => state === 'firing')
      .map(({ labels: { alertname = '', name, url, job } }) =>
        [alertname, name ?? url ?? job ?? ''].join(' ').trim(),
      );
  /** All of these fire, and with `only` no other. */
  const untilFiring = (expected: readonly string[], { only = false, of = prometheus } = {}): Promise<void> =>
    eventually(async () => {
      const found = await firing(of);
      if (only) expect(found).to.have.members(expected);
      else expect(found).to.include.members(expected);
    });
  const web = (name: string, spec: Parameters<typeof webRelease>[3] = {}): object =>
    webRelease(world, NAMESPACE, name, { wait: true, timeout: 1, rollback: { enable: true }, ...spec });
  const fromOthers = (): { git: string; path: string; ref: string } => ({
    ...{ git: world.git.repoUrl('others'), path: 'web', ref: 'main' },
  });
  const awayWhile = (isAway: boolean): void => {
    const isOfOthers = ({ url = '' }: { url?: string | undefined }): boolean => url.includes('others');
    world.git.fail(isAway ? { kind: 'status', code: 500 } : undefined, isOfOthers);
  };
  const pullSecret = (endsInMs: number, namespace = NAMESPACE): object => {
    const notAfter = new Date(Date.now() + endsInMs);
    const { certificatePem, keyPem } = authority.issue({ commonName: 'operator', notAfter });
    const metadata = { name: 'pull', namespace };
    const stringData = { 'tls.crt': certificatePem, 'tls.key': keyPem };
    return { apiVersion: 'v1', kind: 'Secret', metadata, stringData };
  };

  it('are silent while all is well', async () => {
    await apply(web('back'), web('next'));
    await Promise.all(['back', 'next'].map(untilReady));

    await eventually(async () => {
      expect(await prometheus.query('helmrelease_ready == 1')).to.have.length(2);
    });
    await untilFiring([], { only: true });
  });

  it('fire for what fails, was rolled back or cannot be read, and for what ends soon', async () => {
    awayWhile(true);
    await apply(
      pullSecret(5 * MINUTE_MS),
      web('back', { values: NEVER_READY }),
      web('failing', { values: { replicas: 'many' } }),
      web('away', { chart: fromOthers() }),
      web('guarded', {
        chart: {
          ...{ repository: `https://127.0.0.1:${String(await freePort())}`, name: 'web', version: '1.0.0' },
          chartPullSecret: { name: 'pull' },
        },
      }),
      {
        ...{ apiVersion: 'gitops.helm-release-operator.io/v1alpha1', kind: 'GitSync' },
        metadata: { name: 'apps', namespace: NAMESPACE },
        spec: { url: world.git.repoUrl('others'), interval: '1s', path: 'manifests', prune: true },
      },
    );

    await untilFiring([
      'HelmReleaseFailing failing',
      'HelmReleaseRolledBack back',
      `HelmChartSourceStale ${world.git.repoUrl('others')}`,
      'GitSyncSourceStale apps',
      'HelmReleaseOperatorCredentialExpiring pull',
    ]);
    expect(await firing(prometheus)).not.to.include('HelmReleaseFailing back');
  });

  it('resolve once each of these is mended', async () => {
    awayWhile(false);
    await apply(pullSecret(365 * 24 * 60 * MINUTE_MS), web('back'), web('failing'));
    await operator.post('/api/v1/sync-git');
    await untilFiring(['HelmReleaseFailing guarded']);
    await eventually(async () => {
      const found = await firing(prometheus);
      expect(
        found.filter((alert) => !alert.includes('guarded') && !alert.includes('127.0.0.1:')),
      ).to.deep.equal([]);
    });
    await world.cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', 'guarded', '-n', NAMESPACE);

    await Promise.all(['back', 'next', 'failing', 'away'].map(untilReady));
    await untilFiring([], { only: true });
  });

  it('fire for what Git holds and cannot be applied, and for a deletion that waits, and resolve', async () => {
    const commit = (one: FileChange, two: FileChange): Promise<string> =>
      world.git.commit('others', { 'manifests/one.yaml': one, 'manifests/two.yaml': two });
    const [one, two] = [configMap('one', { a: 'b' }), configMap('two', { a: 'b' })];
    const may = ['--clusterrole=edit', `--serviceaccount=${NAMESPACE}:default`];
    await world.cluster.kubectl('create', 'rolebinding', 'edit', ...may, '-n', NAMESPACE);
    await commit(one, 'kind: ConfigMap\nmetadata: {name: No Name}\n');
    await untilFiring(['GitSyncFailing apps'], { only: true });

    await commit(one, two);
    await untilFiring([], { only: true });
    await commit(GONE, GONE);
    await untilFiring(['GitSyncPruneHeld apps'], { only: true });

    await commit(one, two);
    await untilFiring([], { only: true });
  });

  it('fire for an action that hangs and what waits behind it, and resolve when it goes on', async () => {
    await writeFile(hanging(), '');
    await apply(web('back', { values: { text: 'it hangs' } }));
    await eventually(async () => {
      expect(await operator.metric('helm_release_operator_helm_processes_running')).to.equal(1);
    });
    await apply(web('next', { values: { text: 'it waits' } }));

    await untilFiring([
      'HelmReleaseStuck back',
      'HelmReleaseOperatorQueueGrowing operator',
      'HelmReleaseNotReconciled next',
    ]);

    await rm(hanging());
    await Promise.all(['back', 'next'].map(untilReady));
    await untilFiring([], { only: true });
  });

  it('fire when the operator is down, and when it is up and nobody leads, and resolve when it leads', async () => {
    expect(await operator.stop()).to.equal(0);
    await untilFiring(['HelmReleaseOperatorDown'], { only: true });

    await apply({
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      metadata: { name: LEASE, namespace: NAMESPACE },
      spec: { holderIdentity: 'somebody-who-is-gone', leaseDurationSeconds: 3_600 },
    });
    operator = await start('--leader-elect');
    await untilFiring(['HelmReleaseOperatorLeaderMissing operator'], { only: true });

    await world.cluster.kubectl('delete', 'lease', LEASE, '-n', NAMESPACE);
    await untilFiring([], { only: true });
    expect(await operator.metric('helm_release_operator_leader')).to.equal(1);
  });

  it('have runbooks whose commands the cluster takes', async () => {
    const { cluster } = world;
    for (const namespace of ['shop', 'flux']) await cluster.createNamespace(namespace);
    const labels = { app: 'helm-operator' };
    await apply(
      webRelease(world, 'shop', 'web', { suspend: true }),
      {
        ...{ apiVersion: 'gitops.helm-release-operator.io/v1alpha1', kind: 'GitSync' },
        metadata: { name: 'shop', namespace: 'shop' },
        spec: { url: world.git.repoUrl('others'), suspend: true },
      },
      pullSecret(MINUTE_MS, 'shop'),
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: LEASE, namespace: 'flux' } },
      {
        ...{
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'helm-operator', namespace: 'flux' },
        },
        spec: {
          ...{ replicas: 0, selector: { matchLabels: labels } },
          template: { metadata: { labels }, spec: { containers: [{ name: 'operator', image: 'operator' }] } },
        },
      },
    );

    const env = { KUBECONFIG: cluster.kubeconfig, REVISION: 'main@sha1:0123' };
    const path = `${dirname(await tool('kubectl'))}:${process.env['PATH'] ?? ''}`;
    const commands = await runbookCommands();
    expect(commands.length).to.be.above(15);
    for (const command of commands)
      await run('bash', ['-o', 'pipefail', '-c', command], { env: { ...env, PATH: path } });
  });

  if (FULL) {
    it('fire for a release that comes and goes, and resolve when it stays', async function () {
      this.timeout(240_000);
      // An hour is a minute: coming and going takes some seconds each time.
      await using slower = await startPrometheus(port, scaledRules(readRules(), 60), '1s');
      await untilReady('away');
      for (let round = 0; round < 3; round++) {
        for (const isAway of [true, false]) {
          awayWhile(isAway);
          await operator.post('/api/v1/sync-git');
          await eventually(async () => {
            expect(await operator.metric('helmrelease_ready', { name: 'away' })).to.equal(isAway ? 0 : 1);
          });
        }
      }

      await untilFiring(['HelmReleaseFlapping away'], { of: slower });
      await eventually(async () => {
        expect(await firing(slower)).to.deep.equal([]);
      }, 90_000);
    });
  }
});

/** What the pages tell people to type, but for what is answered only by a real kubelet, by rights of the chart, or by kinds that are not everywhere. */
async function runbookCommands(): Promise<readonly string[]> {
  const pages = (await readdir(RUNBOOKS)).map((name) => readFile(join(RUNBOOKS, name), 'utf8'));
  const commands = (await Promise.all(pages)).flatMap((text) =>
    [...text.matchAll(/^kubectl .*$/gm)].map(([line]) => line.replace(/ +# .*$/, '')),
  );
  const unanswered =
    /^kubectl (logs|exec|top|run|rollout|auth|get --raw|get servicemonitors|get certificates)/;
  return [...new Set(commands)].filter((command) => !unanswered.test(command));
}
