import { expect } from 'chai';
import { type Config, readConfig } from '../../../src/config.ts';

function configOf(argv: readonly string[], env: Record<string, string> = {}): Config {
  const startup = readConfig(argv, env);
  if (startup.kind !== 'run') throw new Error(startup.kind === 'invalid' ? startup.message : startup.kind);
  return startup.config;
}

function faultsOf(...argv: readonly string[]): readonly string[] {
  const startup = readConfig(argv, {});
  if (startup.kind !== 'invalid') throw new Error(`accepted: ${startup.kind}`);
  return startup.message
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim());
}

describe('readConfig', () => {
  it('has the defaults of Helm Operator 1.4.4 and ours', () => {
    expect(configOf([])).to.deep.equal({
      allowNamespace: undefined,
      chartsSyncIntervalMs: 180_000,
      crossNamespaceRefs: true,
      denyAddresses: [],
      enabledHelmVersions: ['v2', 'v3'],
      gitDefaultRef: 'master',
      gitPollIntervalMs: 300_000,
      gitTimeoutMs: 20_000,
      helmBinary: 'helm',
      helmRepositoryImports: [],
      inspectListen: undefined,
      kubeconfig: undefined,
      kustomizeBinary: 'kustomize',
      leaderElect: false,
      listen: { port: 3030 },
      logFormat: 'fmt',
      logLevelFile: undefined,
      logLevels: { all: 'info', parts: {} },
      logReleaseDiffs: false,
      master: undefined,
      operatorNamespace: undefined,
      operatorRelease: undefined,
      otlpEndpoint: undefined,
      shutdownTimeoutMs: 255_000,
      tenantMode: false,
      updateChartDeps: true,
      webhookListen: { port: 3031 },
      workDir: '/tmp/helm-release-operator',
      workers: 2,
      warnings: [],
    });
  });

  it('reads every flag', () => {
    const config = configOf([
      '--allow-namespace=apps',
      '--charts-sync-interval=1h2m3.5s',
      '--deny-addresses=10.0.0.0/8',
      '--deny-addresses=fd00::/8,192.168.1.1',
      '--git-default-ref=main',
      '--git-poll-interval=1m',
      '--git-timeout=300ms',
      '--helm-binary=/opt/helm3',
      '--helm-repository-import=v3:/a.yaml,v3:/b.yaml',
      '--inspect-listen=:9229',
      '--kubeconfig=/k',
      '--kustomize-binary=/opt/kustomize',
      '--leader-elect',
      '--listen=[::1]:0',
      '--log-format=json',
      '--log-level=debug,git=info',
      '--log-level-file=/etc/level',
      '--log-release-diffs',
      '--master=https://api:6443',
      '--no-cross-namespace-refs',
      '--operator-namespace=system',
      '--otlp-endpoint=https://collector/otlp@1',
      '--shutdown-timeout=0',
      '--status-update-interval=30s',
      '--tenant-mode',
      '--update-chart-deps=false',
      '--webhook-listen=127.0.0.1:8080',
      '--work-dir=/work',
      '--workers=8',
      '--enabled-helm-versions=v3',
    ]);

    expect(config).to.deep.equal({
      allowNamespace: 'apps',
      chartsSyncIntervalMs: 3_723_500,
      crossNamespaceRefs: false,
      denyAddresses: ['10.0.0.0/8', 'fd00::/8', '192.168.1.1'],
      enabledHelmVersions: ['v3'],
      gitDefaultRef: 'main',
      gitPollIntervalMs: 60_000,
      gitTimeoutMs: 300,
      helmBinary: '/opt/helm3',
      helmRepositoryImports: ['/a.yaml', '/b.yaml'],
      inspectListen: { port: 9_229 },
      kubeconfig: '/k',
      kustomizeBinary: '/opt/kustomize',
      leaderElect: true,
      listen: { host: '::1', port: 0 },
      logFormat: 'json',
      logLevelFile: '/etc/level',
      logLevels: { all: 'debug', parts: { git: 'info' } },
      logReleaseDiffs: true,
      master: 'https://api:6443',
      operatorNamespace: 'system',
      operatorRelease: undefined,
      otlpEndpoint: 'https://collector/otlp@1',
      shutdownTimeoutMs: 0,
      tenantMode: true,
      updateChartDeps: false,
      webhookListen: { host: '127.0.0.1', port: 8_080 },
      workDir: '/work',
      workers: 8,
      warnings: [],
    });
  });

  it('accepts all that the Deployment of the 1.4.4 chart passes, without a warning', () => {
    const { warnings } = configOf(
      [
        '--enabled-helm-versions=v2,v3',
        '--log-format=fmt',
        '--git-timeout=20s',
        '--git-poll-interval=5m',
        '--charts-sync-interval=3m',
        '--status-update-interval=30s',
        '--update-chart-deps=true',
        '--log-release-diffs=false',
        '--workers=4',
        '--git-default-ref=',
        '--helm-repository-import=v3:/root/.helm/repository/repositories.yaml',
        '--allow-namespace=',
      ],
      { HOME: '/root', HTTPS_PROXY: 'http://proxy:3128' },
    );

    expect(warnings).to.deep.equal([]);
  });

  it('accepts the flags of Tiller and 2to3 and warns about each', () => {
    const retired = [
      '--tiller-ip=10.0.0.1',
      '--tiller-port=44134',
      '--tiller-namespace=kube-system',
      '--tiller-tls-enable',
      '--tiller-tls-verify=true',
      '--tiller-tls-key-path=/k',
      '--tiller-tls-cert-path=/c',
      '--tiller-tls-ca-cert-path=/ca',
      '--tiller-tls-hostname=tiller',
      '--convert-tiller-out-cluster=false',
      '--convert-release-storage=configmaps',
    ];

    const { warnings } = configOf(retired);

    expect(warnings).to.have.length(retired.length);
    expect(warnings).to.include('--tiller-ip is ignored: Helm 2 and its Tiller are not supported');
  });

  it('takes a value after = or as the next argument, the last of several, and the short form', () => {
    expect(configOf(['--workers', '3']).workers).to.equal(3);
    expect(configOf(['--workers=3', '--workers', '4']).workers).to.equal(4);
    for (const argv of [['-l', ':1'], ['-l=:1'], ['-l:1'], ['--listen', ':1'], ['--listen=:1']]) {
      expect(configOf(argv).listen, argv.join(' ')).to.deep.equal({ port: 1 });
    }
    expect(configOf(['--workers=3', '--']).workers).to.equal(3);
  });

  it('reads bools as Go does', () => {
    const deps = (...argv: readonly string[]): boolean => configOf(argv).updateChartDeps;

    for (const text of ['1', 't', 'T', 'true', 'TRUE', 'True']) {
      expect(deps(`--update-chart-deps=${text}`), text).to.equal(true);
    }
    for (const text of ['0', 'f', 'F', 'false', 'FALSE', 'False']) {
      expect(deps(`--update-chart-deps=${text}`), text).to.equal(false);
    }
    expect(deps('--update-chart-deps=false', '--update-chart-deps')).to.equal(true);
  });

  it('takes HELM_VERSION only if the flag is not given, and warns if v3 is not among the versions', () => {
    const versions = (argv: readonly string[], env: Record<string, string>): readonly unknown[] => {
      const { enabledHelmVersions, warnings } = configOf(argv, env);
      return [enabledHelmVersions, warnings.length];
    };

    expect(versions([], { HELM_VERSION: 'v3' })).to.deep.equal([['v3'], 0]);
    expect(versions([], { HELM_VERSION: 'v2' })).to.deep.equal([['v2'], 1]);
    expect(versions([], { HELM_VERSION: '' })).to.deep.equal([['v2', 'v3'], 0]);
    expect(versions(['--enabled-helm-versions=v3,v2'], { HELM_VERSION: 'v2' })).to.deep.equal([
      ['v3', 'v2'],
      0,
    ]);
    expect(versions(['--enabled-helm-versions=v2'], {})).to.deep.equal([['v2'], 1]);
  });

  it('takes its namespace and folder from the environment if no flag says otherwise', () => {
    const env = {
      POD_NAMESPACE: 'flux',
      HELM_RELEASE_NAME: 'ours',
      TMPDIR: '/scratch',
      HELM_HOME: '/var/fluxd/helm',
    };

    expect(configOf([], env)).to.include({
      operatorNamespace: 'flux',
      operatorRelease: 'ours',
      workDir: '/scratch/helm-release-operator',
    });
    expect(configOf(['--operator-namespace=a', '--work-dir=/b'], env)).to.include({
      operatorNamespace: 'a',
      workDir: '/b',
    });
    expect(configOf([], env).warnings.join()).to.contain('HELM_HOME is ignored');
  });

  it('starts with its metrics where webhooks would be listened for, which nobody has asked for', () => {
    for (const flag of ['--listen=:3031', '--inspect-listen=:3031']) {
      expect(configOf([flag]).webhookListen).to.deep.equal({ port: 3_031 });
    }
    const anyPort = ['--listen=:0', '--webhook-listen=:0', '--inspect-listen=:0'];
    expect(configOf(anyPort)).to.deep.include({ listen: { port: 0 }, webhookListen: { port: 0 } });
  });

  it('runs the kustomize of the path where none is given', () => {
    expect(configOf(['--kustomize-binary=']).kustomizeBinary).to.equal('kustomize');
  });

  it('uses fmt for a log format that it does not know, as 1.4.4 did, and warns', () => {
    const { logFormat, warnings } = configOf(['--log-format=xml']);

    expect(logFormat).to.equal('fmt');
    expect(warnings).to.deep.equal(['--log-format=xml is unknown: fmt is used']);
  });

  it('turns off what an interval of 0 turned off, without a timer that never rests', () => {
    expect(configOf(['--charts-sync-interval=0']).chartsSyncIntervalMs).to.equal(2 ** 31 - 1);
    expect(configOf(['--charts-sync-interval=10000h']).chartsSyncIntervalMs).to.equal(2 ** 31 - 1);
  });

  it('lists all faults in one go, each with flag, value and what is accepted', () => {
    const startup = readConfig(['--workers=abc', '--chart-sync-interval=3m', '--git-timeout=5'], {});

    expect(startup).to.deep.equal({
      kind: 'invalid',
      message: [
        'cannot start, 3 arguments are wrong:',
        '  --chart-sync-interval: there is no such flag; did you mean --charts-sync-interval?',
        '  --git-timeout: "5" is not a duration over 0 such as 20s, 5m or 1h30m',
        '  --workers: "abc" is not a whole number from 1 to 1000',
        '--help lists all flags',
      ].join('\n'),
    });
  });

  const refused: readonly [argv: readonly string[], fault: string][] = [
    [['--workers'], '--workers: needs a value, as in --workers=VALUE'],
    [
      ['--kubeconfig', '--workers=2'],
      '--kubeconfig: needs a value; if --workers=2 is meant to be one, write --kubeconfig=--workers=2',
    ],
    [['--update-chart-deps', 'false'], 'false: belongs to no flag; did you mean --update-chart-deps=false?'],
    [['--update-chart-deps=no'], '--update-chart-deps: "no" is not true or false'],
    [['stray'], 'stray: belongs to no flag'],
    [['-x'], '-x: there is no such flag'],
    [['--nothing-like-it', 'value'], '--nothing-like-it: there is no such flag'],
    [['--__proto__=1'], '--__proto__: there is no such flag'],
    [['--constructor'], '--constructor: there is no such flag'],
    [['--workers=0'], '--workers: "0" is not a whole number from 1 to 1000'],
    [['--workers=1.5'], '--workers: "1.5" is not a whole number from 1 to 1000'],
    [['--git-timeout=0s'], '--git-timeout: "0s" is not a duration over 0 such as 20s, 5m or 1h30m'],
    [['--shutdown-timeout=-1s'], '--shutdown-timeout: "-1s" is not a duration such as 20s, 5m or 1h30m'],
    [
      ['--log-level=info,gitt=debug'],
      '--log-level: "info,gitt=debug" is not debug, info, warn or error, with levels of parts after it if need be, such as info,git=debug; the parts are main, release, gitsync, gitchartsync, charts, git, helm, kube, process, webhooks, notify, traces',
    ],
    [
      ['--otlp-endpoint=collector'],
      '--otlp-endpoint: "collector" is not an address such as http://collector:4318, with no user or password: set $OTEL_EXPORTER_OTLP_HEADERS from a Secret for those',
    ],
    [
      ['--otlp-endpoint=https://me:hidden@collector:4318/@'],
      '--otlp-endpoint: "https://***@collector:4318/@" is not an address such as http://collector:4318, with no user or password: set $OTEL_EXPORTER_OTLP_HEADERS from a Secret for those',
    ],
    [
      ['--inspect-listen=0.0.0.0:3030'],
      '--inspect-listen: port 3030 is that of --listen: give it one of its own',
    ],
    [
      ['--webhook-listen=127.0.0.1:3030'],
      '--webhook-listen: port 3030 is that of --listen: give it one of its own',
    ],
    [
      ['--webhook-listen=:9229', '--inspect-listen=:9229'],
      '--webhook-listen: port 9229 is that of --inspect-listen: give it one of its own',
    ],
    [
      ['--webhook-listen=8080'],
      '--webhook-listen: "8080" is not host:port or :port, such as :3030, 127.0.0.1:3030 or [::1]:3030',
    ],
    [
      ['--inspect-listen=9229'],
      '--inspect-listen: "9229" is not host:port or :port, such as :3030, 127.0.0.1:3030 or [::1]:3030',
    ],
    [['--git-default-ref=-x'], '--git-default-ref: "-x" is not the name of a branch or tag, or a commit'],
    [
      ['--allow-namespace=A_b'],
      '--allow-namespace: "A_b" is not the name of a namespace: at most 63 lower case letters, digits and dashes',
    ],
    [
      ['--deny-addresses=10.0.0.0/33'],
      '--deny-addresses: "10.0.0.0/33" is not a comma list of IP ranges such as 10.0.0.0/8,fd00::/8',
    ],
    [
      ['--helm-repository-import=/a.yaml'],
      '--helm-repository-import: "/a.yaml" is not a comma list such as v3:/path/to/repositories.yaml, with no colon in a path',
    ],
    [
      ['--listen=3030'],
      '--listen: "3030" is not host:port or :port, such as :3030, 127.0.0.1:3030 or [::1]:3030',
    ],
    [['--tiller-tls-enable=maybe'], '--tiller-tls-enable: "maybe" is not true or false'],
  ];
  for (const [argv, fault] of refused) {
    it(`refuses ${argv.join(' ')}`, () => {
      expect(faultsOf(...argv)).to.deep.equal([fault]);
    });
  }

  it('asks for the version or the help, the help even if something is wrong', () => {
    expect(readConfig(['--version'], {})).to.deep.equal({ kind: 'version' });
    expect(readConfig(['--version=false'], {}).kind).to.equal('run');
    expect(readConfig(['--version', '--wrong'], {}).kind).to.equal('invalid');
    for (const argv of [['--help'], ['-h'], ['--wrong', '--help']]) {
      expect(readConfig(argv, {}).kind, argv.join(' ')).to.equal('help');
    }
  });

  it('asks for a plan, in a form, or to take all marks off', () => {
    const asked = (...argv: readonly string[]) => {
      const startup = readConfig(argv, {});
      return startup.kind === 'plan' ? `plan as ${startup.form}` : startup.kind;
    };

    expect(asked('--plan')).to.equal('plan as table');
    expect(asked('--plan=json', '--workers=4')).to.equal('plan as json');
    expect(asked('--plan=false')).to.equal('run');
    expect(asked('--detach')).to.equal('detach');
    expect(asked('--detach=false')).to.equal('run');
    expect(asked('--version', '--plan')).to.equal('version');
    expect(faultsOf('--plan=yaml')).to.deep.equal(['--plan: "yaml" is not one of table, json']);
    expect(faultsOf('--plan', '--detach')).to.deep.equal(['--detach and --plan: give one of the two']);
    expect(readConfig(['--detach', '--scale-down=helm-operator'], {})).to.include({
      kind: 'detach',
      deployment: 'helm-operator',
    });
    expect(readConfig(['--detach', '--release=ours'], {})).to.include({ uninstalling: 'ours' });
    expect(readConfig(['--detach'], {})).to.include({ deployment: undefined, uninstalling: undefined });
    expect(faultsOf('--release=ours')).to.deep.equal(['--release: it is for --detach only']);
    expect(faultsOf('--scale-down=helm-operator')).to.deep.equal(['--scale-down: it is for --detach only']);
  });

  it('gives help in lines that fit a terminal and name every flag', () => {
    const startup = readConfig(['--help'], {});
    const text = startup.kind === 'help' ? startup.text : '';

    for (const flag of ['--workers', '--listen, -l', '--tiller-ip', '--version', '--shutdown-timeout']) {
      expect(text).to.contain(`  ${flag}`);
    }
    expect(text).to.contain('(4m15s)');
    expect(Math.max(...text.split('\n').map((line) => line.length))).to.be.at.most(120);
  });

  it('cannot be changed once it is read', () => {
    expect(Object.isFrozen(configOf([]))).to.equal(true);
  });
});
