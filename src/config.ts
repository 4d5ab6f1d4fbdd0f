import { join } from 'node:path';
import { MAX_TIMER_MS } from './config/flag.ts';
import { COMMAND_FLAGS, type CommandValues, FLAGS, type FlagValues, RETIRED_FLAGS } from './config/flags.ts';
import { helpText } from './config/help.ts';
import type { ListenAddress } from './config/listen-address.ts';
import { type Arguments, parseArguments } from './config/parse-arguments.ts';
import type { Levels } from './telemetry/levels.ts';
import { redactText } from './telemetry/redact.ts';

/** All that a person can set, understood and complete. */
export interface Config {
  readonly allowNamespace: string | undefined;
  readonly chartsSyncIntervalMs: number;
  /** Each an address or a CIDR range. */
  readonly denyAddresses: readonly string[];
  /** As given: what asks for any other version than v3 is not handled. */
  readonly enabledHelmVersions: readonly string[];
  readonly gitDefaultRef: string;
  readonly gitPollIntervalMs: number;
  readonly gitTimeoutMs: number;
  readonly helmBinary: string;
  /** Paths of repositories.yaml files. */
  readonly helmRepositoryImports: readonly string[];
  /** Undefined: no inspector. */
  readonly inspectListen: ListenAddress | undefined;
  readonly kubeconfig: string | undefined;
  readonly kustomizeBinary: string;
  /** Whether several may run, of which one at a time works. */
  readonly leaderElect: boolean;
  readonly listen: ListenAddress;
  readonly logFormat: 'fmt' | 'json';
  /** Followed, if there is one, in place of `logLevels`. */
  readonly logLevelFile: string | undefined;
  readonly logLevels: Levels;
  readonly logReleaseDiffs: boolean;
  readonly master: string | undefined;
  /** Whether HelmReleases may name ConfigMaps and Secrets of other namespaces. */
  readonly crossNamespaceRefs: boolean;
  /** Undefined outside a cluster, unless it was given. */
  readonly operatorNamespace: string | undefined;
  /** The release, in that namespace, that the operator itself came with; undefined where no chart says so. */
  readonly operatorRelease: string | undefined;
  /** Undefined: what the environment variables of OpenTelemetry say. */
  readonly otlpEndpoint: string | undefined;
  readonly shutdownTimeoutMs: number;
  /** Whether everything for a HelmRelease or GitSync is done as an account of its namespace. */
  readonly tenantMode: boolean;
  readonly updateChartDeps: boolean;
  readonly webhookListen: ListenAddress;
  readonly workDir: string;
  readonly workers: number;
  /** What was accepted but does not do what its author expects; for the log. */
  readonly warnings: readonly string[];
}

export type PlanForm = NonNullable<CommandValues['plan']>;

/** What a command line asks for. `invalid` belongs on standard error, with exit status 2. */
export type Startup =
  | { readonly kind: 'run'; readonly config: Config }
  /** Tell what `run` would do, and do nothing of it. */
  | { readonly kind: 'plan'; readonly config: Config; readonly form: PlanForm }
  /** Take everything off the cluster by which it can be told that the operator ran there. */
  | {
      readonly kind: 'detach';
      readonly config: Config;
      /** To be scaled to 0 first. */
      readonly deployment: string | undefined;
      /** To be in the middle of being uninstalled, or nothing is done. */
      readonly uninstalling: string | undefined;
    }
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'invalid'; readonly message: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Pure: reads its two arguments and nothing else. */
export function readConfig(argv: readonly string[], env: Environment): Startup {
  const args = parseArguments({ ...FLAGS, ...COMMAND_FLAGS, ...RETIRED_FLAGS }, argv);
  const faults = [...args.faults];
  const given = withEnvironment(args.given, env);

  const commands = parseAll(COMMAND_FLAGS, given, faults) as CommandValues;
  const values = parseAll(FLAGS, given, faults) as FlagValues;
  parseAll(RETIRED_FLAGS, given, faults);

  if (commands.help) return { kind: 'help', text: helpText() };
  if (commands.detach && commands.plan !== undefined) faults.push('--detach and --plan: give one of the two');
  if (commands['scale-down'] !== undefined && !commands.detach)
    faults.push('--scale-down: it is for --detach only');
  if (commands.release !== undefined && !commands.detach) faults.push('--release: it is for --detach only');
  faults.push(...sharedPorts(values, given));
  if (faults.length > 0) return { kind: 'invalid', message: faultMessage(faults) };
  if (commands.version) return { kind: 'version' };
  const config = Object.freeze(configOf(values, warningsOf(values, given, env), env));
  if (commands.detach)
    return { kind: 'detach', config, deployment: commands['scale-down'], uninstalling: commands.release };
  return commands.plan === undefined
    ? { kind: 'run', config }
    : { kind: 'plan', config, form: commands.plan };
}

/**
 * Whoever may read the metrics must not thereby get at the inspector, nor whoever sends webhooks at either. A port for webhooks
 * that nobody has chosen keeps no operator from starting: it is opened only when it is used.
 */
function sharedPorts(values: Partial<FlagValues>, given: Arguments['given']): readonly string[] {
  const { listen, 'inspect-listen': inspect, 'webhook-listen': hooks } = values;
  const webhooks = given.has('webhook-listen') ? hooks : undefined;
  return [
    ...sharedPort('inspect-listen', inspect, 'listen', listen),
    ...sharedPort('webhook-listen', webhooks, 'listen', listen),
    ...sharedPort('webhook-listen', webhooks, 'inspect-listen', inspect),
  ];
}

function sharedPort(
  name: string,
  own: ListenAddress | undefined,
  other: string,
  taken: ListenAddress | undefined,
): readonly string[] {
  const isShared = own !== undefined && own.port !== 0 && own.port === taken?.port;
  return isShared
    ? [`--${name}: port ${String(own.port)} is that of --${other}: give it one of its own`]
    : [];
}

function withEnvironment(given: Arguments['given'], env: Environment): Arguments['given'] {
  const versions = env['HELM_VERSION'];
  if (given.has('enabled-helm-versions') || versions === undefined || versions === '') return given;
  return new Map([...given, ['enabled-helm-versions', [versions]]]);
}

type Flags = typeof FLAGS | typeof COMMAND_FLAGS | typeof RETIRED_FLAGS;

function parseAll(
  flags: Flags,
  given: Arguments['given'],
  faults: string[],
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const texts = given.get(name) ?? [];
    const parsed = flag.parse(texts);
    if (parsed.kind === 'ok') values[name] = parsed.value;
    else
      faults.push(
        `--${name}: ${texts.map((text) => JSON.stringify(redactText(text))).join(', ')} is not ${parsed.accepts}`,
      );
  }
  return values;
}

function faultMessage(faults: readonly string[]): string {
  const count = faults.length === 1 ? 'one argument is' : `${String(faults.length)} arguments are`;
  return `cannot start, ${count} wrong:\n${faults.map((fault) => `  ${fault}\n`).join('')}--help lists all flags`;
}

function warningsOf(values: FlagValues, given: Arguments['given'], env: Environment): readonly string[] {
  const retired = Object.keys(RETIRED_FLAGS).filter((name) => given.has(name));
  const format = values['log-format'];
  const imports = values['helm-repository-import'].filter(({ version }) => version === 'v2');
  const versions = values['enabled-helm-versions'];
  return [
    ...retired.map((name) => `--${name} is ignored: Helm 2 and its Tiller are not supported`),
    ...(versions.includes('v3')
      ? []
      : [
          `the Helm versions enabled are ${versions.join(',') || 'none'}, but only v3 releases are handled: they are`,
        ]),
    ...imports.map(({ path }) => `--helm-repository-import=v2:${path} is ignored: Helm 2 is not supported`),
    ...(format === 'fmt' || format === 'json'
      ? []
      : [`--log-format=${format ?? ''} is unknown: fmt is used`]),
    ...(env['HELM_HOME'] === undefined
      ? []
      : ['the environment variable HELM_HOME is ignored: only Helm 2 reads it']),
    ...(SECRETS.has(env['HELM_DRIVER'] ?? '')
      ? []
      : ['the environment variable HELM_DRIVER is ignored: releases are kept in Secrets']),
  ];
}

/** By which Helm itself calls what it does without a driver. */
const SECRETS: ReadonlySet<string> = new Set(['', 'secret', 'secrets']);

function configOf(values: FlagValues, warnings: readonly string[], env: Environment): Config {
  return {
    allowNamespace: values['allow-namespace'],
    chartsSyncIntervalMs: values['charts-sync-interval'] || MAX_TIMER_MS, // 0 is never, or as good as
    denyAddresses: values['deny-addresses'],
    enabledHelmVersions: values['enabled-helm-versions'],
    gitDefaultRef: values['git-default-ref'] ?? 'master',
    gitPollIntervalMs: values['git-poll-interval'],
    gitTimeoutMs: values['git-timeout'],
    helmBinary: values['helm-binary'] ?? 'helm',
    kustomizeBinary: values['kustomize-binary'] ?? 'kustomize',
    helmRepositoryImports: values['helm-repository-import']
      .filter(({ version }) => version === 'v3')
      .map(({ path }) => path),
    inspectListen: values['inspect-listen'],
    kubeconfig: values.kubeconfig,
    leaderElect: values['leader-elect'],
    listen: values.listen,
    logFormat: values['log-format'] === 'json' ? 'json' : 'fmt',
    logLevelFile: values['log-level-file'],
    logLevels: values['log-level'],
    logReleaseDiffs: values['log-release-diffs'],
    master: values.master,
    crossNamespaceRefs: !values['no-cross-namespace-refs'] && !values['tenant-mode'],
    operatorNamespace: values['operator-namespace'] ?? (env['POD_NAMESPACE'] || undefined),
    operatorRelease: env['HELM_RELEASE_NAME'] || undefined,
    otlpEndpoint: values['otlp-endpoint'],
    shutdownTimeoutMs: values['shutdown-timeout'],
    tenantMode: values['tenant-mode'],
    updateChartDeps: values['update-chart-deps'],
    webhookListen: values['webhook-listen'],
    workDir: values['work-dir'] ?? join(env['TMPDIR'] || '/tmp', 'helm-release-operator'),
    workers: values.workers,
    warnings,
  };
}
