import type { Values } from './chart.ts';

const PEER = { namespaceSelector: { matchLabels: { team: 'monitoring' } } };

/** What installations have in common that differ in all else. */
export const PROFILES: Readonly<Record<string, Values>> = {
  'no values at all': {},
  'one namespace, with a Role': { namespaced: true },
  'one namespace, with the ClusterRole': { allowNamespace: 'apps' },
  'least rights': {
    rbac: {
      chartRules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'create'] }],
      accounts: ['deployer'],
    },
  },
  'two replicas': { replicas: 2 },
  'two replicas, with a Role': { replicas: 2, namespaced: true },
  'tenant mode': { tenantMode: true },
  'tenant mode, with a Role': { tenantMode: true, namespaced: true },
  'rights of somebody else': {
    rbac: { create: false },
    serviceAccount: { create: false, name: 'theirs' },
  },
  everything: {
    image: { tag: '0.2.0', digest: `sha256:${'0'.repeat(64)}`, pullSecret: 'registry' },
    logFormat: 'json',
    logLevel: 'debug,kube=info',
    logLevelConfigMap: 'log-level',
    tracing: { endpoint: 'http://collector.monitoring:4318' },
    extraArgs: ['--deny-addresses=10.0.0.0/8', '--inspect-listen=127.0.0.1:9229'],
    extraEnvs: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }],
    git: {
      defaultRef: 'main',
      ssh: { secretName: 'git-keys', known_hosts: 'git.example.com ssh-ed25519 AAAA', configMapName: 'ssh' },
      config: { enabled: true, data: '[user]\n  name = operator\n' },
    },
    configureRepositories: {
      enable: true,
      repositories: [{ name: 'stable', url: 'https://charts.example.com', username: 'me', password: '1' }],
    },
    dockerConfigSecret: 'registry',
    webhooks: { enabled: true },
    prometheus: {
      enabled: true,
      serviceMonitor: { create: true, interval: '30s', scrapeTimeout: '10s', additionalLabels: { a: 'b' } },
      podMonitor: { create: true },
      rules: { create: true, runbookBaseUrl: 'https://wiki.example.com/runbooks' },
    },
    dashboards: { enabled: true, annotations: { grafana_folder: 'Platform' } },
    networkPolicy: { create: true, metricsFrom: [PEER], webhooksFrom: [PEER] },
    replicas: 3,
    podDisruptionBudget: { maxUnavailable: '50%' },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
    ],
    terminationGracePeriodSeconds: 120,
    podAnnotations: { note: 'one' },
    podLabels: { team: 'platform' },
    priorityClassName: 'system-cluster-critical',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ operator: 'Exists' }],
    affinity: { podAntiAffinity: {} },
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['git.example.com'] }],
    extraVolumes: [{ name: 'certs', secret: { secretName: 'certs' } }],
    extraVolumeMounts: [{ name: 'certs', mountPath: '/var/certs' }],
    serviceAccount: { annotations: { role: 'reader' } },
    extraManifests: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'beside-{{ .Release.Name }}' },
        data: { of: '{{ .Release.Namespace }}' },
      },
    ],
  },
};
