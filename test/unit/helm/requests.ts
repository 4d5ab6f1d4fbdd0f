import type {
  InstallRequest,
  RollbackRequest,
  TestRequest,
  UninstallRequest,
  UpgradeRequest,
} from '../../../src/helm/requests.ts';

const common = { namespace: 'shop', name: 'web', timeoutMs: 300_000, limitMs: 600_000, secrets: [] };

const deploy = {
  ...common,
  chartPath: '/charts/web-0.1.0.tgz',
  valuesFiles: [],
  inlineValues: undefined,
  labels: {},
  skipCRDs: false,
} as const;

/** Requests with nothing special in them, for tests that care about one thing. */
export const requests = {
  install: { ...deploy, replace: false } satisfies InstallRequest,
  upgrade: { ...deploy, reuseValues: false, maxHistory: 10 } satisfies UpgradeRequest,
  rollback: { ...common, revision: 3, maxHistory: 10 } satisfies RollbackRequest,
  uninstall: common satisfies UninstallRequest,
  test: common satisfies TestRequest,
};
