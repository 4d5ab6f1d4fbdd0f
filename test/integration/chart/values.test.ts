import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { readConfig } from '../../../src/config.ts';
import { find, podOf, refusal, render } from './chart.ts';
import type { Values } from './chart.ts';
import { DEFAULTS_OF_1_4_4, TYPICAL_OF_1_4_4 } from './helm-operator-values.ts';

const PAGE = new URL('../../../docs/install.md', import.meta.url);

describe('the values of the chart of Helm Operator 1.4.4', function () {
  this.timeout(30_000);

  it('are taken with their defaults, all of them at once', async () => {
    const objects = await render(DEFAULTS_OF_1_4_4);

    expect(objects).to.deep.equal(await render({ resources: { requests: { memory: '64Mi' } } }));
  });

  it('are taken as a typical team has them', async () => {
    const objects = await render(TYPICAL_OF_1_4_4);
    const { metadata, spec } = podOf(objects);
    const [{ args, volumeMounts }] = spec.containers;
    const startup = readConfig(args, {});

    expect(startup.kind === 'run' && startup.config).to.deep.include({
      chartsSyncIntervalMs: 300_000,
      workers: 8,
      logFormat: 'json',
      gitPollIntervalMs: 60_000,
      gitDefaultRef: 'main',
      helmRepositoryImports: ['/root/.helm/repository/repositories.yaml'],
      warnings: [],
    });
    expect(volumeMounts.map(({ mountPath }) => mountPath)).to.include.members([
      '/etc/fluxd/ssh',
      '/root/.helm/repository',
    ]);
    expect(metadata.annotations).to.include({
      'prometheus.io/scrape': 'true',
      'linkerd.io/inject': 'disabled',
    });
    expect(metadata.labels['app']).to.equal('helm-operator');
  });

  it('each stand in the table of the documentation', async () => {
    const told = await documentedValues();

    const missing = leaves(DEFAULTS_OF_1_4_4).filter(
      (path) => !told.some((each) => path === each || path.startsWith(`${each}.`)),
    );
    expect(missing).to.deep.equal([]);
  });

  it('annotate the pod as they say, whatever the chart would write', async () => {
    const podAnnotations = { 'prometheus.io/port': '8080', count: 1 };
    const { metadata } = podOf(await render({ prometheus: { enabled: true }, podAnnotations }));

    expect(metadata.annotations).to.deep.equal({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8080',
      count: '1',
    });
  });

  it('bring ssh its hosts and its configuration together, and git its own', async () => {
    const values = {
      git: {
        ssh: {
          known_hosts: 'git.example.com ssh-ed25519 AAAA',
          configMapName: 'theirs',
          configMapKey: 'ssh',
        },
        config: { enabled: true, data: '[user]\n  name = operator\n' },
      },
    };
    const objects = await render(values);
    const { volumes } = podOf(objects).spec;

    expect(volumes).to.deep.include({
      name: 'ssh',
      projected: {
        sources: [
          { configMap: { name: 'helm-operator-ssh-config' } },
          { configMap: { name: 'theirs', items: [{ key: 'ssh', path: 'config' }] } },
        ],
      },
    });
    expect(find(objects, 'ConfigMap')?.data?.['known_hosts']?.trim()).to.equal(
      'git.example.com ssh-ed25519 AAAA',
    );
    const gitconfig = find(objects, 'Secret', 'helm-operator-git-config')?.data?.['gitconfig'] ?? '';
    expect(Buffer.from(gitconfig, 'base64').toString('utf8')).to.equal('[user]\n  name = operator\n');
  });

  it('make repositories.yaml of the list of repositories', async () => {
    const secret = find(await render(TYPICAL_OF_1_4_4), 'Secret', 'flux-helm-repositories');
    const file: unknown = load(
      Buffer.from(secret?.data?.['repositories.yaml'] ?? '', 'base64').toString('utf8'),
    );

    expect(file).to.deep.equal({
      apiVersion: 'v1',
      repositories: [{ name: 'private', url: 'https://charts.example.com', username: 'ci', password: 'pw' }],
    });
  });

  it('give the objects the names and the selector that they had', async () => {
    for (const [release, name] of [
      ['helm-operator', 'helm-operator'],
      ['flux', 'flux-helm-operator'],
      ['helm-release-operator', 'helm-release-operator'],
    ] as const) {
      const deployment = find(await render({}, release), 'Deployment');
      expect(deployment?.metadata.name).to.equal(name);
      expect(deployment?.spec).to.deep.include({
        selector: { matchLabels: { app: 'helm-operator', release } },
      });
    }
  });

  const helm2 = 'asks for Helm 2 and its Tiller, which are not supported: convert';
  for (const [values, sentence] of [
    [{ helm: { versions: 'v2' } }, `helm.versions: ${helm2}`],
    [{ tillerHost: 'tiller' }, `tillerHost: ${helm2}`],
    [{ tls: { enable: true } }, `tls: ${helm2}`],
    [{ tillerSidecar: { enabled: true } }, `tillerSidecar.enabled: ${helm2}`],
    [{ convert: { tillerOutCluster: true } }, `convert.tillerOutCluster: ${helm2}`],
    [{ initPlugins: { enable: true } }, 'initPlugins.enable: plugins of helm are not run: serve'],
    [{ rbac: { pspEnabled: true } }, 'rbac.pspEnabled: Kubernetes has no PodSecurityPolicy any more'],
    [{ kube: { config: 'clusters: [{server: a}]' } }, 'kube.config: it was for the kubectl in the old image'],
    [{ image: { repository: 'docker.io/fluxcd/helm-operator' } }, 'image.repository: that is the image of'],
    [{ securityContext: { runAsUser: 0 } }, 'securityContext.runAsUser: the operator needs no root'],
    [{ clusterRole: { create: false, name: 'mine' } }, 'clusterRole.name: with clusterRole.create: false'],
    [{ namespaced: true, allowNamespace: 'apps' }, 'allowNamespace: it is apps, but'],
    [{ extraArgs: ['--leader-elect=false'] }, 'extraArgs: --leader-elect is always set by the chart'],
    [
      { extraArgs: ['--allow-namespace=apps'] },
      'set allowNamespace, or namespaced: true for that of the release',
    ],
    [{ extraArgs: ['--tenant-mode'] }, 'which go by a value: set tenantMode'],
    [{ extraArgs: ['--operator-namespace=apps'] }, 'extraArgs: --operator-namespace is the namespace of the'],
    [{ extraArgs: ['--work-dir=/data'] }, 'extraArgs: --work-dir is the volume that the chart mounts'],
    [{ extraArgs: ['--detach'] }, 'extraArgs: --detach would let the pod detach everything and end'],
    [{ extraArgs: ['--plan=json'] }, 'extraArgs: --plan would let the pod print what would be done and end'],
    [
      { resources: { limits: { memory: '200Mi' } } },
      'resources.limits.memory: 200Mi is less than resources.requests.memory, which is 256Mi',
    ],
    [
      { resources: { limits: { cpu: 0.04 } } },
      'resources.limits.cpu: 0.04 is less than resources.requests.cpu',
    ],
    [{ extraVolumes: [{ name: 'tmp', emptyDir: {} }] }, 'extraVolumes: the pod has a volume tmp already'],
    [
      {
        configureRepositories: { enable: true },
        extraVolumes: [{ name: 'repositories-yaml', emptyDir: {} }],
      },
      'extraVolumes: the pod has a volume repositories-yaml already',
    ],
    [
      { extraVolumeMounts: [{ name: 'mine', mountPath: '/tmp/' }] },
      'extraVolumeMounts: something is mounted at /tmp already',
    ],
    [
      { dockerConfigSecret: 'login', extraVolumeMounts: [{ name: 'mine', mountPath: '/root/.docker' }] },
      'extraVolumeMounts: something is mounted at /root/.docker already',
    ],
    [
      { tracing: { endpoint: 'https://me:secret@collector:4318' } },
      'set OTEL_EXPORTER_OTLP_HEADERS in extraEnvs from a Secret',
    ],
  ] as const) {
    it(`are refused with a sentence where they are ${JSON.stringify(values)}`, async () => {
      expect(await refusal(values)).to.include(sentence);
    });
  }

  it('are taken beside the flags, volumes and requests of the chart', async () => {
    const { spec } = podOf(
      await render({
        extraArgs: ['--planner=1', '--deny-addresses=10.0.0.0/8'],
        resources: { limits: { cpu: 1, memory: '0.25Gi' } },
        extraVolumes: [{ name: 'ssh', emptyDir: {} }],
        extraVolumeMounts: [{ name: 'ssh', mountPath: '/root/.ssh' }],
      }),
    );

    expect(spec.containers[0].args).to.include.members(['--planner=1', '--deny-addresses=10.0.0.0/8']);
    expect(spec.volumes.map(({ name }) => name)).to.deep.equal(['work', 'tmp', 'ssh']);
  });

  it('label the pod with texts, whatever they are written as', async () => {
    const { metadata } = podOf(await render({ podLabels: { team: 7, warm: true, note: 'yes' } }));

    expect(metadata.labels).to.include({ team: '7', warm: 'true', note: 'yes' });
  });

  it('are all told that are refused', async () => {
    const told = await refusal({ namespaced: true, allowNamespace: 'apps', tillerHost: 'tiller' });

    expect(told).to.include('allowNamespace: ').and.to.include('tillerHost: ');
  });
});

/** The paths in the first column of the table: `.name` is beside the one before it. */
async function documentedValues(): Promise<readonly string[]> {
  const [, table = ''] = (await readFile(PAGE, 'utf8')).split('| value of 1.4.4');
  let parent = '';
  return table.split('\n').flatMap((line) => {
    const [, cell = ''] = line.startsWith('| `') ? line.split('|') : [];
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => {
      if (path.startsWith('.')) return parent + path;
      parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
      return path;
    });
  });
}

function leaves(values: Values, above = ''): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = above + key;
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    const below = isMap ? leaves(value as Values, `${path}.`) : [];
    return below.length === 0 ? [path] : below;
  });
}

describe('the schema of the values', function () {
  this.timeout(30_000);

  for (const [values, told] of [
    [{ replicaCount: 1 }, "'replicaCount' not allowed"],
    [{ git: { pollinterval: '1m' } }, "'pollinterval' not allowed"],
    [{ prometheus: { serviceMonitor: { enabled: true } } }, "'enabled' not allowed"],
    [{ workers: 0 }, '/workers'],
    [{ workers: '4' }, '/workers'],
    [{ chartsSyncInterval: 'soon' }, '/chartsSyncInterval'],
    [{ logFormat: 'xml' }, '/logFormat'],
    [{ logLevel: 'info,git=loud' }, '/logLevel'],
    [{ tracing: { endpoint: 'collector:4318' } }, '/tracing/endpoint'],
    [{ allowNamespace: 'Apps' }, '/allowNamespace'],
    [{ terminationGracePeriodSeconds: 30 }, '/terminationGracePeriodSeconds'],
    [{ service: { port: 0 } }, '/service/port'],
    [{ configureRepositories: { repositories: [{ name: 'a' }] } }, "'url'"],
    [{ podLabels: { app: 'other' } }, '/podLabels'],
    [{ extraArgs: ['workers=3'] }, '/extraArgs/0'],
    [{ image: { digest: 'sha256:12' } }, '/image/digest'],
    [{ hostAliases: { a: 'b' } }, '/hostAliases'],
    [{ dashboards: { nameprefix: 'Big Team' } }, '/dashboards/nameprefix'],
    [{ replicas: -1 }, '/replicas'],
    [{ tenantMode: 'yes' }, '/tenantMode'],
    [{ crossNamespaceRefs: 0 }, '/crossNamespaceRefs'],
    [{ rbac: { accounts: 'app' } }, '/rbac/accounts'],
    [{ detachOnUninstall: 'yes' }, '/detachOnUninstall'],
    [{ podDisruptionBudget: { minAvailable: 1 } }, "'minAvailable' not allowed"],
    [{ podDisruptionBudget: { maxUnavailable: 0 } }, '/podDisruptionBudget/maxUnavailable'],
    [{ podDisruptionBudget: { maxUnavailable: 'half' } }, '/podDisruptionBudget/maxUnavailable'],
    [{ topologySpreadConstraints: [{ maxSkew: 1 }] }, "'topologyKey'"],
  ] as const) {
    it(`refuses ${JSON.stringify(values)} by its name`, async () => {
      expect(await refusal(values)).to.include(told);
    });
  }
});
