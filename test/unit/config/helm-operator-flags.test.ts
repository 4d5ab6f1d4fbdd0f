import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Config, readConfig } from '../../../src/config.ts';

interface Flag {
  /** As the Deployment of 1.4.4 writes it, or a person who runs the program. */
  readonly argument: string;
  readonly means: Partial<Config>;
  /** Without the argument. */
  readonly otherwise: Partial<Config>;
}

const REPOSITORIES = '/root/.helm/repository/repositories.yaml';

/** Section 3 of what 1.4.4 documented and did, in its order: flags that still mean something. */
const FLAGS: readonly Flag[] = [
  { argument: '--log-format=fmt', means: { logFormat: 'fmt' }, otherwise: { logFormat: 'fmt' } },
  { argument: '--log-format=json', means: { logFormat: 'json' }, otherwise: { logFormat: 'fmt' } },
  {
    argument: '--kubeconfig=/root/.kube/config',
    means: { kubeconfig: '/root/.kube/config' },
    otherwise: { kubeconfig: undefined },
  },
  {
    argument: '--master=https://api.example.com:6443',
    means: { master: 'https://api.example.com:6443' },
    otherwise: { master: undefined },
  },
  {
    argument: '--allow-namespace=apps',
    means: { allowNamespace: 'apps' },
    otherwise: { allowNamespace: undefined },
  },
  { argument: '--workers=4', means: { workers: 4 }, otherwise: { workers: 2 } },
  {
    argument: '--listen=:8080',
    means: { listen: { port: 8080 } },
    otherwise: { listen: { port: 3030 } },
  },
  { argument: '-l=:8080', means: { listen: { port: 8080 } }, otherwise: { listen: { port: 3030 } } },
  {
    argument: '--charts-sync-interval=10m',
    means: { chartsSyncIntervalMs: 600_000 },
    otherwise: { chartsSyncIntervalMs: 180_000 },
  },
  { argument: '--status-update-interval=30s', means: {}, otherwise: {} },
  {
    argument: '--log-release-diffs=true',
    means: { logReleaseDiffs: true },
    otherwise: { logReleaseDiffs: false },
  },
  {
    argument: '--update-chart-deps=false',
    means: { updateChartDeps: false },
    otherwise: { updateChartDeps: true },
  },
  {
    argument: '--update-chart-deps=true',
    means: { updateChartDeps: true },
    otherwise: { updateChartDeps: true },
  },
  { argument: '--git-timeout=2m', means: { gitTimeoutMs: 120_000 }, otherwise: { gitTimeoutMs: 20_000 } },
  { argument: '--git-timeout=20s', means: { gitTimeoutMs: 20_000 }, otherwise: { gitTimeoutMs: 20_000 } },
  {
    argument: '--git-poll-interval=1m',
    means: { gitPollIntervalMs: 60_000 },
    otherwise: { gitPollIntervalMs: 300_000 },
  },
  {
    argument: '--git-default-ref=main',
    means: { gitDefaultRef: 'main' },
    otherwise: { gitDefaultRef: 'master' },
  },
  {
    argument: `--helm-repository-import=v3:${REPOSITORIES}`,
    means: { helmRepositoryImports: [REPOSITORIES] },
    otherwise: { helmRepositoryImports: [] },
  },
  {
    argument: '--enabled-helm-versions=v3',
    means: { enabledHelmVersions: ['v3'] },
    otherwise: { enabledHelmVersions: ['v2', 'v3'] },
  },
  {
    argument: '--enabled-helm-versions=v2,v3',
    means: { enabledHelmVersions: ['v2', 'v3'] },
    otherwise: { enabledHelmVersions: ['v2', 'v3'] },
  },
];

/** Those that only Helm 2 had a use for, as the chart of 1.4.4 writes them. */
const RETIRED: readonly string[] = [
  '--tiller-ip=localhost',
  '--tiller-port=44134',
  '--tiller-namespace=kube-system',
  '--tiller-tls-enable=true',
  '--tiller-tls-verify=true',
  '--tiller-tls-key-path=/etc/fluxd/helm/tls.key',
  '--tiller-tls-cert-path=/etc/fluxd/helm/tls.crt',
  '--tiller-tls-ca-cert-path=/etc/fluxd/helm-ca/ca.crt',
  '--tiller-tls-hostname=tiller-server',
  '--convert-tiller-out-cluster=true',
  '--convert-release-storage=secrets',
];

const ALL = 27;
const nameOf = (argument: string): string =>
  (/^--?[a-z0-9-]+/.exec(argument)?.[0] ?? '').replace(/^-l$/, '--listen');

function configOf(...argv: readonly string[]): Config {
  const startup = readConfig(argv, {});
  if (startup.kind !== 'run') throw new Error(startup.kind === 'invalid' ? startup.message : startup.kind);
  return startup.config;
}

describe('a flag of Helm Operator 1.4.4', () => {
  for (const { argument, means, otherwise } of FLAGS) {
    it(`is understood as it was: ${argument}`, () => {
      expect(configOf(argument)).to.deep.equal({ ...configOf(), ...means });
    });

    it(`has its default without ${argument}`, () => {
      expect(configOf()).to.deep.include(otherwise);
    });
  }

  for (const argument of RETIRED) {
    it(`does nothing but warn, because it is of Helm 2: ${argument}`, () => {
      const { warnings, ...config } = configOf(argument);

      expect(warnings).to.deep.equal([
        `${nameOf(argument)} is ignored: Helm 2 and its Tiller are not supported`,
      ]);
      expect({ ...config, warnings: [] }).to.deep.equal(configOf());
    });
  }

  it('prints the version: --version', () => {
    expect(readConfig(['--version'], {})).to.deep.equal({ kind: 'version' });
    expect(readConfig(['--version=false'], {}).kind).to.equal('run');
  });

  it('reads the repositories of Helm 3 and leaves those of Helm 2: --helm-repository-import=v3:...,v2:...', () => {
    const listed = configOf(`--helm-repository-import=v3:${REPOSITORIES},v2:/v2.yaml`);
    const repeated = configOf(
      `--helm-repository-import=v2:/v2.yaml`,
      `--helm-repository-import=v3:${REPOSITORIES}`,
    );

    for (const { helmRepositoryImports, warnings } of [listed, repeated]) {
      expect(helmRepositoryImports).to.deep.equal([REPOSITORIES]);
      expect(warnings).to.deep.equal([
        '--helm-repository-import=v2:/v2.yaml is ignored: Helm 2 is not supported',
      ]);
    }
  });

  it('is one of 27, all of which are tried here', () => {
    const names = new Set([...FLAGS.map(({ argument }) => argument), ...RETIRED, '--version'].map(nameOf));

    expect([...names]).to.have.length(ALL);
  });

  it('comes from the chart of 1.4.4 with its default values, and only what is of Helm 2 is warned about', () => {
    const { warnings, ...config } = configOf(
      '--enabled-helm-versions=v2,v3',
      '--log-format=fmt',
      '--git-timeout=20s',
      '--git-poll-interval=5m',
      '--charts-sync-interval=3m',
      '--status-update-interval=30s',
      '--update-chart-deps=true',
      '--log-release-diffs=false',
      '--workers=4',
      '--tiller-namespace=kube-system',
      '--convert-release-storage=secrets',
    );

    expect({ ...config, warnings: [] }).to.deep.equal({ ...configOf(), workers: 4 });
    expect(warnings).to.deep.equal([
      '--convert-release-storage is ignored: Helm 2 and its Tiller are not supported',
      '--tiller-namespace is ignored: Helm 2 and its Tiller are not supported',
    ]);
  });
});

describe('an environment variable of Helm', () => {
  it('HELM_DRIVER is ignored, as it was, and warned about where it asks for anything but Secrets', () => {
    const warningsOf = (driver: string): readonly string[] => {
      const startup = readConfig([], { HELM_DRIVER: driver });
      return startup.kind === 'run' ? startup.config.warnings : ['not started'];
    };

    for (const driver of ['', 'secret', 'secrets']) expect(warningsOf(driver)).to.deep.equal([]);
    expect(warningsOf('configmap')).to.deep.equal([
      'the environment variable HELM_DRIVER is ignored: releases are kept in Secrets',
    ]);
  });
});
