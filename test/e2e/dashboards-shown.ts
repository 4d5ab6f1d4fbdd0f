import { expect } from 'chai';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import { byLabel, numberOf, samplesOf } from './dashboards.ts';
import type { DashboardName, Shown } from './dashboards.ts';
import { configMap } from './gitops/gitops.ts';
import { webRelease } from './world.ts';
import type { World } from './world.ts';

/** The namespace of the releases that are there for the dashboards, beside the release `web` of another one. */
export const SHOP = 'shop';

/** What a person has chosen: everything, and of the single release `web`. */
export const VARIABLES: Readonly<Record<DashboardName, Readonly<Record<string, string>>>> = {
  fleet: { namespace: `metrics|${SHOP}`, __rate_interval: '60s' },
  release: { namespace: 'metrics', name: 'web', target_namespace: 'metrics', release: 'metrics-web' },
  operator: { instance: '127.+', __rate_interval: '60s' },
  'helm-operator': {},
};

/** Two that become ready, one that is suspended, and one that has no chart. */
export function shopReleases(world: World): readonly HelmRelease[] {
  const nothing = { git: world.git.repoUrl('charts'), path: 'nothing', ref: 'main' };
  return [
    webRelease(world, SHOP, 'cart'),
    webRelease(world, SHOP, 'catalog'),
    webRelease(world, SHOP, 'parked', { suspend: true }),
    webRelease(world, SHOP, 'broken', { chart: nothing }),
  ];
}

/** One that is applied, and one whose repository is not there. */
export async function shopSyncs({ cluster, git }: World): Promise<readonly object[]> {
  await git.createRepo('shop');
  await git.commit('shop', { 'settings.yaml': configMap('settings', { colour: 'blue' }) });
  const may = ['--clusterrole=edit', `--serviceaccount=${SHOP}:default`];
  await cluster.kubectl('create', 'rolebinding', 'edit', ...may, '-n', SHOP);
  return ['shop', 'gone'].map((name) => ({
    ...{ apiVersion: 'gitops.helm-release-operator.io/v1alpha1', kind: 'GitSync' },
    metadata: { name, namespace: SHOP },
    spec: { url: git.repoUrl(name) },
  }));
}

/** Prometheus has scraped what the status of each release says. */
export function expectSettled(shown: Readonly<Record<DashboardName, Shown>>): void {
  expect(numberOf(shown.fleet, 'Ready')).to.equal(2);
  expect(numberOf(shown.fleet, 'Failing')).to.equal(1);
  expect(numberOf(shown.fleet, 'Changed in 24 hours')).to.equal(3);
  expect(byLabel(shown.fleet, 'GitSyncs', 'name')).to.deep.equal({ shop: 1, gone: 0 });
  expect(words(shown['helm-operator'], 'Helm Releases - Failed', 'release_name')).to.deep.equal([
    ...['metrics-web', 'shop-broken'],
  ]);
}

export function expectFleet(fleet: Shown, webTook: number): void {
  const counts = ['HelmReleases', 'Rolled back', 'Suspended', 'At work'];
  expect({
    now: counts.map((title) => numberOf(fleet, title)),
    namespaces: ['A', 'B', 'C', 'D', 'E'].map((ref) =>
      byLabel(fleet, 'HelmReleases by namespace', 'namespace', ref),
    ),
    wrong: words(fleet, 'What is not well, the oldest first', 'name', 'step'),
    changes: words(fleet, 'Last changes', 'name', 'action', 'version'),
    wentWell: byLabel(fleet, 'Last changes', 'name', 'C'),
    slowest: byLabel(fleet, 'Slowest last actions', 'name')['web'],
    unready: numberOf(fleet, 'GitSyncs not ready'),
    kept: byLabel(fleet, 'GitSyncs', 'name', 'B')['shop'],
    held: byLabel(fleet, 'GitSyncs', 'name', 'C')['shop'],
  }).to.deep.equal({
    now: [5, 1, 1, 0],
    namespaces: [{ metrics: 1, shop: 4 }, { shop: 2 }, { shop: 1 }, { metrics: 1 }, { shop: 1 }],
    wrong: ['broken chart', 'web wait'],
    changes: ['cart install 0.2.0', 'catalog install 0.2.0', 'web rollback 0.2.0'],
    wentWell: { web: 1, cart: 1, catalog: 1 },
    ...{ slowest: webTook, unready: 1, kept: 1, held: 0 },
  });
  expect(Date.now() - (byLabel(fleet, 'GitSyncs', 'name', 'D')['shop'] ?? 0)).to.be.within(0, 120_000);
  expect(byLabel(fleet, 'GitSyncs', 'name', 'E')['gone']).to.be.within(0, 120);
  const ages = samplesOf(fleet, 'What is not well, the oldest first').map(({ value }) => value);
  expect(numberOf(fleet, 'Oldest failure')).to.be.closeTo(Math.max(...ages), 2);
  expect(numberOf(fleet, 'Oldest failure')).to.be.within(0, 120);
  for (const { value } of samplesOf(fleet, 'Last changes'))
    expect(Date.now() - value).to.be.within(0, 120_000);
  expect(words(fleet, 'Actions, all namespaces', 'action', 'result')).to.include.members([
    ...['upgrade error', 'rollback ok'],
  ]);
}

export function expectRelease(release: Shown, webTook: number): void {
  expect({
    now: ['Ready', 'Revision'].map((title) => numberOf(release, title)),
    phase: words(release, 'Phase', 'phase'),
    chart: words(release, 'Chart', 'chart', 'version'),
    lastAction: byLabel(release, 'Last action', 'action'),
    counts: ['A', 'B'].map((ref) => numberOf(release, 'Failed actions and rollbacks', ref)),
    failed: words(release, 'What failed', 'step'),
  }).to.deep.equal({
    now: [0, 4],
    phase: ['RolledBack'],
    chart: ['web 0.2.0'],
    lastAction: { rollback: webTook },
    counts: [1, 1],
    failed: ['wait'],
  });
  expect(byLabel(release, 'Conditions', 'type')).to.include({ Released: -1, RolledBack: 1, Ready: -1 });
  expect(numberOf(release, 'Not well for')).to.be.within(0, 120);
  const times = samplesOf(release, 'Actions since the operator started').map(
    ({ labels, value }) => `${labels['action'] ?? ''} ${labels['success'] ?? ''} ${String(value)}`,
  );
  expect(times).to.include.members([
    ...['install true 1', 'upgrade true 1', 'upgrade false 1', 'rollback true 1'],
  ]);
  const lived = release.get('Deployed')?.answers.flatMap(({ series }) => series) ?? [];
  expect(lived.map(({ labels }) => labels['version'])).to.include.members(['0.1.0', '0.2.0']);
  const revisions = release.get('Revisions')?.answers.flatMap(({ series }) => series) ?? [];
  const steps = revisions.flatMap(({ points }) => points.map(([, value]) => value));
  expect([steps[0], steps.at(-1)]).to.deep.equal([1, 4]);
}

export function expectOperator(operator: Shown): void {
  const counts = ['Replicas that work', 'Chart sources failing', 'Watches that are closed'];
  expect({
    now: counts.map((title) => numberOf(operator, title)),
    sources: byLabel(operator, 'Chart sources', 'kind'),
    releases: byLabel(operator, 'Objects in caches', 'resource')['helmreleases'],
  }).to.deep.equal({ now: [1, 1, 0], sources: { git: 2, oci: 0, repository: 0 }, releases: 5 });
  expect(numberOf(operator, 'Oldest in the queue')).to.be.below(5);
  expect(numberOf(operator, 'Up for')).to.be.within(5, 300);
  expect(numberOf(operator, 'Charts found in the store')).to.be.within(0.01, 1);
  expect(numberOf(operator, 'Size of the chart store')).to.be.within(100, 1_000_000);
  expect(byLabel(operator, 'How long helm runs, 95 %', 'verb')['install']).to.be.within(0.05, 10);
  expect(numberOf(operator, 'Memory now')).to.be.within(30e6, 400e6);
}

export function expectOldDashboard(old: Shown): void {
  expect({
    counts: ['Helm Releases Synced', 'Helm Releases Not Synced'].map((title) => numberOf(old, title)),
    released: words(old, 'Helm Releases - Released', 'release_name'),
    rolledBack: words(old, 'Helm Releases - RolledBack', 'release_name'),
  }).to.deep.equal({
    counts: [5, 0],
    released: ['shop-cart', 'shop-catalog'],
    rolledBack: ['metrics-web'],
  });
}

/** Of each series the values of these labels, in order. */
function words(shown: Shown, title: string, ...labels: readonly string[]): readonly string[] {
  return samplesOf(shown, title)
    .map((sample) => labels.map((label) => sample.labels[label]).join(' '))
    .toSorted();
}
