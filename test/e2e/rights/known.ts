/** A right, or a request, and why the tests let it pass. */
export interface Known {
  readonly is: RegExp;
  readonly why: string;
}

/** The operator goes on where these are refused. */
export const REFUSED_ON_PURPOSE: readonly Known[] = [
  {
    is: /^list \/(configmaps|secrets) in kube-system$/,
    why: 'with --allow-namespace: whether Tiller still keeps a release, which nobody has to allow',
  },
  {
    is: / in (closed|nowhere)$/,
    why: 'namespaces in which no Role allows anything, to see that status says so',
  },
];

/** Asked for by the operator itself with the rights that are for the charts. */
export const FOR_CHARTS: readonly Known[] = [
  {
    is: /^get (\/serviceaccounts|batch\/jobs|example\.com\/\w+)$/,
    why: 'whether an object of a release is ready, or whose fields an upgrade takes over',
  },
  {
    is: /^(create|patch) apiextensions\.k8s\.io\/customresourcedefinitions$/,
    why: 'spec.crds: definitions in crds/ of a chart',
  },
  { is: /^create \/configmaps$/, why: 'what else lies in crds/ of a chart' },
  { is: /^patch apps\/deployments$/, why: 'spec.rollback.recreate' },
];

const NO_CHART = 'an object of a release, of a kind that no chart of the tests has';

/** Rights of the chart that no test makes the operator itself use, and why it has them all the same. */
export const NEVER_USED: ReadonlyMap<string, string> = new Map([
  ['update /secrets', "helm's records of releases, which helm writes whatever the charts contain"],
  ['create /configmaps', 'asked for by the API server where a server-side apply makes the object'],
  [
    'create gitops.helm-release-operator.io/gitsyncs',
    'a dry run where definitions cannot be read, when a GitSync goes whose objects are to go too',
  ],
  ['get /pods', NO_CHART],
  ['get /persistentvolumeclaims', NO_CHART],
  ['get apps/statefulsets', NO_CHART],
  ['get apps/daemonsets', NO_CHART],
  ['get apps/replicasets', NO_CHART],
]);
