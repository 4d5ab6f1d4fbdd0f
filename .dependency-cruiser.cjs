/**
 * Who may import whom in src, from the right to the left only:
 *
 *   api, telemetry <- process <- kube <- net <- git, helm, values, health <- charts <- release, sync, notify <- server <- operator <- main
 */
const RANKS = [
  ['api', 'telemetry'],
  ['process'],
  ['kube'],
  ['net'],
  ['git', 'helm', 'values', 'health'],
  ['charts'],
  ['release', 'sync', 'notify'],
  ['server'],
];

/** Packages that belong to one place, so that the rest of the program does not depend on them. */
const OWNERS = {
  '@kubernetes/client-node': ['kube/'],
  execa: ['process/'],
  winston: ['telemetry/'],
  'prom-client': ['telemetry/'],
  '@opentelemetry/[a-z-]+': ['telemetry/tracing/'],
  ignore: ['sync/build/'],
  openpgp: ['sync/fetch/'],
  'js-yaml': ['kube/connect/', 'values/', 'charts/', 'helm/', 'health/', 'config\\.ts$', 'config/'],
};

/** Files that compute and do nothing else: no file, no network, no package. */
const PURE = ['api/', 'release/decide/', 'sync/decide/', 'values/merge\\.ts$'];

const layerRules = RANKS.flatMap((folders, rank) =>
  folders.map((folder) => {
    const left = RANKS.slice(0, rank).flat();
    return {
      name: `${folder}-imports-only-from-the-left`,
      comment:
        left.length === 0 ? `${folder} imports no other folder` : `${folder} may import ${left.join(', ')}`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${[folder, ...left].join('|')})/` },
    };
  }),
);

const ownerRules = Object.entries(OWNERS).map(([name, folders]) => ({
  name: `${name.replace(/[^a-z-]/g, '')}-has-an-owner`,
  comment: `${name} is imported only in ${folders.join(', ')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: folders.map((folder) => `^src/${folder}`) },
  to: { path: `(^|node_modules/)(@types/)?${name}(/|$)` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    ...ownerRules,
    {
      name: 'no-cycle',
      comment: 'types included: what needs each other belongs into one file, or its common part into a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'config-knows-nobody',
      comment: 'configuration is read before anything else exists',
      severity: 'error',
      from: { path: '^src/config(/|\\.ts$)' },
      to: { path: '^src/', pathNot: '^src/(config(/|\\.ts$)|api/|net/|telemetry/)' },
    },
    {
      name: 'only-the-wiring-reads-config',
      comment: 'a part takes the few settings that it needs as parameters',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(config/|config\\.ts$|operator\\.ts$|operator/|main\\.ts$)' },
      to: { path: '^src/config(/|\\.ts$)' },
    },
    {
      name: 'only-main-imports-operator',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts$|operator/|operator\\.ts$)' },
      to: { path: '^src/(operator\\.ts$|operator/)' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: { path: '^(src|hack)/' },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'src-stands-alone',
      comment: 'neither tests nor scripts are part of the program',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|hack)/' },
    },
    {
      name: 'pure-touches-nothing',
      comment: 'what only computes can be tested with a table and trusted with anything',
      severity: 'error',
      from: { path: PURE.map((file) => `^src/${file}`) },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'],
        pathNot: '(^|node_modules/)zod(/|$)',
      },
    },
    {
      name: 'src-ships-no-dev-dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
