export type ValuesPatch = Readonly<Record<string, unknown>>;

export const NAMESPACE = 'bench';
const API_VERSION = 'helm.fluxcd.io/v1';
export const RECONCILE_AT = 'helm.fluxcd.io/reconcileAt';

/** No pod runs, so that nothing but the release is measured. */
const VALUES = {
  replicaCount: 0,
  serviceAccount: { enabled: true },
  ingress: { enabled: true, className: 'nginx' },
  resources: { requests: { cpu: '1m', memory: '16Mi' } },
  faults: { testFail: false },
};

/** A merge patch of the values for each thing that a phase does to all releases. */
export const CHANGES = {
  /** One value, which shows in one field of one object. */
  upgrade: { resources: { requests: { cpu: '2m' } } },
  /** The API server refuses such a Service, so that helm fails after it has begun. */
  refused: { service: { port: 99_999 } },
} as const satisfies Readonly<Record<string, ValuesPatch>>;

/** For whoever makes a release without the operator. */
export const releaseValues = (): object => VALUES;

/** The same after the upgrade. */
export const upgradedValues = (): object => ({
  ...VALUES,
  resources: { requests: { ...VALUES.resources.requests, ...CHANGES.upgrade.resources.requests } },
});

export const names = (count: number, prefix = 'web'): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${String(at)}`);

/** A HelmRelease of the reference workload; `values` go on top of its own. */
export function helmRelease(
  name: string,
  chart: object,
  { values = {}, spec = {} }: { values?: ValuesPatch; spec?: object } = {},
): object {
  return {
    apiVersion: API_VERSION,
    kind: 'HelmRelease',
    metadata: { name, namespace: NAMESPACE },
    spec: { releaseName: name, chart, wait: true, values: { ...VALUES, ...values }, ...spec },
  };
}

export function valuesPatch(values: ValuesPatch, spec: object = {}): object {
  return { spec: { values, ...spec } };
}

export function reconcilePatch(annotation: string, token: string): object {
  return { metadata: { annotations: { [annotation]: token } } };
}
