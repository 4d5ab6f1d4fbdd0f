import { chartSourceOf, type ChartSourceSettings } from './chart-source.ts';
import { InvalidSpecError } from './errors.ts';
import type { HelmRelease, HelmReleaseSpec } from './helm-release.ts';
import { releaseNameProblem, targetOf, type ReleaseTarget } from './release-name.ts';
import { DEFAULTS } from './schema/defaults.ts';
import { accountOf, refuseCrossNamespaceRefs, type Tenancy, TRUSTING } from './tenancy.ts';
import { valuesSourcesOf, type ValuesSource } from './values-sources.ts';

/** What is done with the CustomResourceDefinitions in the crds/ folders of a chart. */
export type CrdPolicy = NonNullable<HelmReleaseSpec['crds']>;

/** A HelmRelease with every default applied and every duration in milliseconds. */
export interface ReleaseSettings extends ReleaseTarget {
  readonly suspend: boolean;
  /** As whom everything is done; see `accountOf`. */
  readonly account?: string;
  readonly source: ChartSourceSettings;
  /** In rising priority; `values` comes after them. */
  readonly valuesFrom: readonly ValuesSource[];
  readonly values: Readonly<Record<string, unknown>>;
  /** `spec.values` is there but no map: it counts as empty, and its author should hear of it. */
  readonly valuesIgnored: boolean;
  /** How many revisions Helm keeps; 0 for all. */
  readonly maxHistory: number;
  readonly timeoutMs: number;
  readonly wait: boolean;
  readonly reuseValues: boolean;
  readonly crds: CrdPolicy;
  readonly forceUpgrade: boolean;
  readonly forceConflicts: boolean;
  readonly disableOpenAPIValidation: boolean;
  /** Show what the pods of failed hooks and tests wrote. */
  readonly failureLogs: boolean;
  readonly rollback: RollbackSettings;
  readonly test: TestSettings;
}

export interface RollbackSettings {
  readonly enable: boolean;
  readonly retry: boolean;
  /** Infinity where the spec says 0, which means without limit. */
  readonly maxRetries: number;
  readonly force: boolean;
  readonly recreate: boolean;
  readonly disableHooks: boolean;
  readonly timeoutMs: number;
  readonly wait: boolean;
}

export interface TestSettings {
  readonly enable: boolean;
  readonly ignoreFailures: boolean;
  readonly timeoutMs: number;
  readonly cleanup: boolean;
}

/** All that is needed to end a release; to be had from any HelmRelease, also from one that is wrong. */
export interface UninstallSettings extends ReleaseTarget {
  readonly suspend: boolean;
  readonly timeoutMs: number;
}

/** Throws an InvalidSpecError, with the way out, for a HelmRelease that can never be released. */
export function settingsOf(release: HelmRelease, tenancy: Tenancy = TRUSTING): ReleaseSettings {
  const { metadata, spec } = release;
  refuseHelm2(spec);
  const nameProblem = releaseNameProblem(release);
  if (nameProblem !== undefined) throw nameProblem;
  refuseCrossNamespaceRefs(release, tenancy);
  const account = accountOf(release, tenancy);
  const ownNamespace = metadata.namespace ?? '';
  const { rollback, test } = spec;
  return {
    ...uninstallSettingsOf(release),
    ...(account === undefined ? {} : { account }),
    source: chartSourceOf(spec, metadata),
    valuesFrom: valuesSourcesOf(spec, ownNamespace),
    ...inlineValues(spec.values),
    maxHistory: Math.max(0, spec.maxHistory ?? DEFAULTS.maxHistory),
    wait: spec.wait ?? (rollback?.enable === true || test?.enable === true),
    reuseValues: !(spec.resetValues ?? DEFAULTS.resetValues),
    crds: spec.crds ?? (spec.skipCRDs === true ? 'Skip' : 'Create'),
    forceUpgrade: spec.forceUpgrade ?? false,
    forceConflicts: spec.forceConflicts ?? DEFAULTS.forceConflicts,
    disableOpenAPIValidation: spec.disableOpenAPIValidation ?? false,
    failureLogs: spec.failureLogs ?? false,
    rollback: rollbackSettings(rollback ?? {}),
    test: {
      enable: test?.enable ?? false,
      ignoreFailures: test?.ignoreFailures ?? false,
      timeoutMs: milliseconds(test?.timeout),
      cleanup: test?.cleanup ?? DEFAULTS.testCleanup,
    },
  };
}

export function uninstallSettingsOf(release: HelmRelease): UninstallSettings {
  return {
    ...targetOf(release),
    suspend: release.spec.suspend ?? false,
    timeoutMs: milliseconds(release.spec.timeout),
  };
}

function rollbackSettings(rollback: NonNullable<HelmReleaseSpec['rollback']>): RollbackSettings {
  const maxRetries = rollback.maxRetries ?? DEFAULTS.rollbackMaxRetries;
  return {
    enable: rollback.enable ?? false,
    // A negative number has always meant none, which is not what 0 means.
    retry: (rollback.retry ?? false) && maxRetries >= 0,
    maxRetries: maxRetries === 0 ? Number.POSITIVE_INFINITY : maxRetries,
    force: rollback.force ?? false,
    recreate: rollback.recreate ?? false,
    disableHooks: rollback.disableHooks ?? false,
    timeoutMs: milliseconds(rollback.timeout),
    wait: rollback.wait ?? false,
  };
}

function refuseHelm2({ helmVersion }: HelmReleaseSpec): void {
  if (helmVersion !== 'v2') return;
  throw new InvalidSpecError(
    "spec.helmVersion is v2, and Helm 2 with Tiller is not supported: convert the release with Helm's 2to3 plugin, then set spec.helmVersion to v3 or remove it",
  );
}

/** The longest time that a timer of the platform can hold, in whole seconds: more than 24 days. */
const MAX_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

/** A negative timeout has always been one that is over at once. */
function milliseconds(seconds: number = DEFAULTS.timeoutSeconds): number {
  return Math.min(Math.max(0, seconds), MAX_SECONDS) * 1000;
}

function inlineValues(values: unknown): Pick<ReleaseSettings, 'values' | 'valuesIgnored'> {
  if (values === undefined || values === null) return { values: {}, valuesIgnored: false };
  return isMap(values) ? { values, valuesIgnored: false } : { values: {}, valuesIgnored: true };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
