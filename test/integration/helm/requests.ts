import type { HelmOutcome } from '../../../src/helm/outcome.ts';
import type {
  InstallRequest,
  RollbackRequest,
  TestRequest,
  UninstallRequest,
  UpgradeRequest,
} from '../../../src/helm/requests.ts';

const common = { timeoutMs: 30_000, limitMs: 60_000, secrets: [] } as const;

export interface Release {
  readonly namespace: string;
  readonly name: string;
}

/** Requests for one release, complete but for what a test cares about. */
export function requestsFor(
  release: Release,
  chartPath: string,
): {
  readonly install: InstallRequest;
  readonly upgrade: UpgradeRequest;
  readonly rollback: Omit<RollbackRequest, 'revision'>;
  readonly uninstall: UninstallRequest;
  readonly test: TestRequest;
} {
  const deploy = {
    ...release,
    ...common,
    chartPath,
    valuesFiles: [],
    inlineValues: undefined,
    labels: {},
    skipCRDs: true,
  } as const;
  return {
    install: { ...deploy, replace: false },
    upgrade: { ...deploy, reuseValues: false, maxHistory: 10 },
    rollback: { ...release, ...common, maxHistory: 10 },
    uninstall: { ...release, ...common },
    test: { ...release, ...common },
  };
}

/** What helm printed; fails with the error of a run that did not go well. */
export function ok(outcome: HelmOutcome): string {
  if (outcome.kind === 'failed') throw outcome.error;
  return outcome.output;
}

/** Class and message of a run that was to fail. */
export function failure(outcome: HelmOutcome): { readonly class: string; readonly message: string } {
  if (outcome.kind === 'ok') throw new Error(`helm did what should have failed: ${outcome.output}`);
  return { class: outcome.error.class, message: outcome.error.message };
}
