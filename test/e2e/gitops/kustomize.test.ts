import { expect } from 'chai';
import { describe, it } from 'mocha';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';

interface Release {
  readonly spec: { readonly values?: { readonly replicas?: number }; readonly releaseName?: string };
}

describe('a folder with a kustomization', function () {
  this.timeout(60_000);
  const ops = useGitOps({ namespaces: [TEAM] });

  const release = (): string =>
    [
      'apiVersion: helm.fluxcd.io/v1',
      'kind: HelmRelease',
      'metadata: {name: web}',
      'spec:',
      '  releaseName: web',
      `  chart: {git: ${JSON.stringify(ops().world.git.repoUrl('charts'))}, path: web, ref: main}`,
      '  values: {replicas: 1}',
      '',
    ].join('\n');
  const patch = (replicas: number): string =>
    `apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata: {name: web}\nspec: {values: {replicas: ${String(replicas)}}}\n`;
  const releaseOf = async (): Promise<Release | undefined> =>
    await ops().world.cluster.get<Release>('helmreleases.helm.fluxcd.io', 'web', TEAM);

  it('is built: an overlay that patches a HelmRelease of its base by name', async () => {
    const commit = await ops().commit({
      'base/kustomization.yaml': 'resources: [release.yaml]\n',
      'base/release.yaml': release(),
      'production/kustomization.yaml':
        'resources: [../base]\npatches:\n  - path: replicas.yaml\nconfigMapGenerator:\n  - name: settings\n    literals: [color=red]\n',
      'production/replicas.yaml': patch(3),
    });
    await ops().sync(TEAM, 'production', { path: 'production' });

    const { status } = await ops().untilApplied(TEAM, 'production', commit);

    expect(status?.inventory?.count).to.equal(2);
    expect((await releaseOf())?.spec).to.deep.include({ releaseName: 'web', values: { replicas: 3 } });
  });

  it('is refused, with its file and field, when it names what lies outside of the repository', async () => {
    await ops().commit({
      'production/kustomization.yaml': 'resources: [../base, https://github.com/org/repo//base]\n',
    });

    const { status } = await ops().until(TEAM, 'production', (sync) => {
      expect(sync.status?.failure?.step).to.equal('build');
    });

    expect(status?.failure?.cause).to.include('production/kustomization.yaml').and.include('resources');
    expect((await releaseOf())?.spec.values).to.deep.equal({ replicas: 3 });
  });

  it('does what a .flux.yaml of Flux v1 meant, and names any other command', async () => {
    const commit = await ops().commit({
      'flux/.flux.yaml':
        'version: 1\npatchUpdated:\n  generators:\n    - command: kustomize build .\n  patchFile: flux-patch.yaml\n',
      'flux/kustomization.yaml': 'resources: [settings.yaml]\n',
      'flux/settings.yaml': configMap('from-flux', { color: 'red' }),
      'flux/flux-patch.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-flux}\ndata: {color: blue}\n',
    });
    await ops().sync(TEAM, 'flux', { path: 'flux' });
    await ops().untilApplied(TEAM, 'flux', commit);
    const found = await ops().world.cluster.get<{ data: object }>('configmaps', 'from-flux', TEAM);
    expect(found?.data).to.deep.equal({ color: 'blue' });

    await ops().commit({
      'flux/.flux.yaml': 'version: 1\ncommandUpdated:\n  generators:\n    - command: ./generate.sh\n',
    });
    const { status } = await ops().until(TEAM, 'flux', (sync) => {
      expect(sync.status?.failure?.step).to.equal('build');
    });
    expect(status?.failure?.cause).to.include('flux/.flux.yaml').and.include('./generate.sh');
  });
});
