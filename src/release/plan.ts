import type { Trail } from '../api/trail.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import type { ReleaseSettings } from '../api/settings.ts';
import type { Chart } from '../charts/chart.ts';
import type { Values } from '../values/compose.ts';

/** As whom everything is done for a release. */
export interface Account {
  /** `namespace/name` of the GitSync whose account it is, because the chart is in its commit. */
  readonly sync?: string;
  /** As the API server calls the account. */
  readonly user: string;
}

/** Everything that is wanted of one release, resolved: what `desire` finds out and the actions carry out. */
export interface Plan {
  readonly key: string;
  readonly target: ReleaseTarget;
  readonly settings: ReleaseSettings;
  readonly chart: Chart;
  readonly values: Values;
  /** The mark that a revision of this chart with these values and options carries. */
  readonly digest: string;
  /** Absent where it is done with the operator's own rights. No part of the digest: another account makes no revision. */
  readonly account?: Account;
  /** Where the HelmRelease is written; absent when it does not come from Git, as far as is known. */
  readonly trail?: Trail;
}

/** `namespace/name` of a release: where different HelmReleases meet. */
export function formatTarget({ namespace, releaseName }: ReleaseTarget): string {
  return `${namespace}/${releaseName}`;
}

/** The chart as people call it: name-version, and the commit where it comes from Git. */
export function formatChart({ name, version, revision }: Chart): string {
  const chart = `${name}-${version}`;
  return revision === version ? chart : `${chart} (commit ${revision.slice(0, 12)})`;
}
