import {
  addressRangesFlag,
  boolFlag,
  commandFlag,
  durationFlag,
  type Flag,
  levelsFlag,
  listenFlag,
  listFlag,
  numberFlag,
  optionalListenFlag,
  textFlag,
} from './flag.ts';

const NAMESPACE = {
  is: /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/,
  accepts: 'the name of a namespace: at most 63 lower case letters, digits and dashes',
};
/** A leading dash would be an option of git. */
const GIT_REF = { is: /^[^-\s][^\s]*$/, accepts: 'the name of a branch or tag, or a commit' };

/** Whoever may see the pod sees its flags. */
const COLLECTOR = {
  is: /^https?:\/\/[^\s/@]+(?:\/\S*)?$/,
  accepts:
    'an address such as http://collector:4318, with no user or password: set $OTEL_EXPORTER_OTLP_HEADERS from a Secret for those',
};

const IMPORT = /^(v2|v3):([^:]+)$/;

function readImport(text: string): { version: 'v2' | 'v3'; path: string } | undefined {
  const [, version, path = ''] = IMPORT.exec(text) ?? [];
  return version === 'v2' || version === 'v3' ? { version, path } : undefined;
}

/** The flags of Helm Operator 1.4.4 that still mean something, with its defaults, and ours. */
export const FLAGS = {
  'allow-namespace': textFlag(
    { help: 'watch the HelmReleases of this namespace only', default: '' },
    NAMESPACE,
  ),
  'charts-sync-interval': durationFlag(
    { help: 'how often every release is looked at, changed or not; 0 is never', default: '3m' },
    { least: '0' },
  ),
  'deny-addresses': addressRangesFlag({
    help: 'IP ranges besides link-local ones that nothing is fetched from, unless through a proxy',
    default: '',
  }),
  'enabled-helm-versions': listFlag(
    { help: 'accepted for old manifests; only v3 releases are handled', default: 'v2,v3' },
    (text) => text,
    'a comma list of v2, v3',
  ),
  'git-default-ref': textFlag({ help: 'the Git ref of charts that name none', default: 'master' }, GIT_REF),
  'git-poll-interval': durationFlag(
    { help: 'how often Git chart sources are asked for new commits', default: '5m' },
    { least: 'more than 0' },
  ),
  'git-timeout': durationFlag(
    { help: 'how long one Git operation may take', default: '20s' },
    { least: 'more than 0' },
  ),
  'helm-binary': textFlag({ help: 'the helm to run: Helm 4, or Helm 3.18 and later', default: 'helm' }),
  'helm-repository-import': listFlag(
    { help: 'repositories.yaml files with what Helm repositories ask for, such as v3:/path', default: '' },
    readImport,
    'a comma list such as v3:/path/to/repositories.yaml, with no colon in a path',
  ),
  'inspect-listen': optionalListenFlag({
    help: "address of Node's debugger and profiler, on loopback unless it names a host",
    default: '',
  }),
  'kustomize-binary': textFlag({
    help: 'the kustomize that builds folders of a GitSync',
    default: 'kustomize',
  }),
  kubeconfig: textFlag({ help: 'path of a kubeconfig; not needed inside a cluster', default: '' }),
  'leader-elect': boolFlag({
    help: 'work only while holding the Lease of the own namespace, so that several can run',
    default: 'false',
  }),
  listen: listenFlag({
    help: 'address of metrics, probes and API; port 0 is any free one',
    default: ':3030',
    short: 'l',
  }),
  'log-format': textFlag({ help: 'fmt (logfmt) or json', default: 'fmt' }),
  'log-level': levelsFlag({
    help: 'debug, info, warn or error, and of a part in its place: info,git=debug',
    default: 'info',
  }),
  'log-level-file': textFlag({
    help: 'file with what --log-level takes, read again when it changes',
    default: '',
  }),
  'log-release-diffs': boolFlag({ help: 'log what an upgrade changes; may show secrets', default: 'false' }),
  master: textFlag({ help: "address of the API server instead of the kubeconfig's", default: '' }),
  'no-cross-namespace-refs': boolFlag({
    help: 'refuse HelmReleases that name ConfigMaps or Secrets of other namespaces',
    default: 'false',
  }),
  'operator-namespace': textFlag(
    { help: "the operator's own namespace; $POD_NAMESPACE if not given", default: '' },
    NAMESPACE,
  ),
  'otlp-endpoint': textFlag(
    {
      help: 'where traces are sent by OTLP over HTTP; $OTEL_EXPORTER_OTLP_ENDPOINT if not given',
      default: '',
    },
    COLLECTOR,
  ),
  'shutdown-timeout': durationFlag(
    { help: 'how long running helm processes may take to end; 45s less than the pod has', default: '4m15s' },
    { least: '0' },
  ),
  'status-update-interval': durationFlag(
    { help: 'accepted for old manifests; status follows every change at once', default: '10s' },
    { least: '0' },
  ),
  'tenant-mode': boolFlag({
    help: 'do everything for a HelmRelease as its account, else default; no cross-namespace refs',
    default: 'false',
  }),
  'update-chart-deps': boolFlag({ help: 'fetch missing dependencies of Git charts', default: 'true' }),
  'webhook-listen': listenFlag({
    help: 'address for webhooks; closed while no Secret is labelled as a receiver',
    default: ':3031',
  }),
  'work-dir': textFlag({ help: 'folder for charts and mirrors; one in $TMPDIR if not given', default: '' }),
  workers: numberFlag({ help: 'HelmReleases that are worked on at the same time', default: '2' }, 1, 1000),
} as const satisfies Readonly<Record<string, Flag<unknown>>>;

type ValuesOf<Flags> = { readonly [N in keyof Flags]: Flags[N] extends Flag<infer T> ? T : never };
export type FlagValues = ValuesOf<typeof FLAGS>;
export type CommandValues = ValuesOf<typeof COMMAND_FLAGS>;

/** What asks for something else than to run. */
export const COMMAND_FLAGS = {
  detach: boolFlag({ help: 'take all marks of the operator off the cluster and exit', default: 'false' }),
  help: boolFlag({ help: 'print this and exit', default: 'false', short: 'h' }),
  plan: commandFlag(
    { help: 'print what would be done to each HelmRelease (=json for programs) and exit', default: 'false' },
    ['table', 'json'],
  ),
  release: textFlag(
    { help: 'with --detach: only while helm uninstalls this release of the own namespace', default: '' },
    { is: /^[a-z\d](?:[a-z\d.-]{0,51}[a-z\d])?$/, accepts: 'the name of a release' },
  ),
  'scale-down': textFlag(
    { help: 'with --detach: first scale this Deployment of the own namespace to 0', default: '' },
    { is: /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/, accepts: 'the name of a Deployment' },
  ),
  version: boolFlag({ help: 'print the version and exit', default: 'false' }),
} as const satisfies Readonly<Record<string, Flag<unknown>>>;

/** Flags of Helm Operator 1.4.4 that only Helm 2 has a use for: accepted and warned about. */
export const RETIRED_FLAGS = {
  'convert-release-storage': retired('value'),
  'convert-tiller-out-cluster': retired('bool'),
  'tiller-ip': retired('value'),
  'tiller-namespace': retired('value'),
  'tiller-port': retired('value'),
  'tiller-tls-ca-cert-path': retired('value'),
  'tiller-tls-cert-path': retired('value'),
  'tiller-tls-enable': retired('bool'),
  'tiller-tls-hostname': retired('value'),
  'tiller-tls-key-path': retired('value'),
  'tiller-tls-verify': retired('bool'),
} as const;

function retired(type: 'bool' | 'value'): Flag<unknown> {
  const about = { help: 'accepted for old manifests; Helm 2 is not supported', default: '' };
  return type === 'bool' ? boolFlag({ ...about, default: 'false' }) : textFlag(about);
}
