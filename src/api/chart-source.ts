import { InvalidSpecError } from './errors.ts';
import { syncOf } from './gitsync/owner.ts';
import type { ChartSpec } from './helm-release.ts';
import { keyOf, type ObjectKey, type ObjectMeta } from './metadata.ts';
import { CHART_COMMIT_ANNOTATION } from './names.ts';
import { orElse } from './or-else.ts';

/** Where a HelmRelease wants its chart from: what was given, sorted by kind, nothing looked up. */
export type ChartSourceSettings =
  | {
      readonly kind: 'git';
      readonly url: string;
      /** Branch, tag or commit; the operator's default if absent. */
      readonly ref: string | undefined;
      readonly path: string;
      /** Only for https:// URLs, the only ones that ever used it. */
      readonly secretRef: SecretReference | undefined;
      readonly skipDepUpdate: boolean;
    }
  | OwnCommitSource
  | {
      readonly kind: 'repository';
      readonly url: string;
      readonly name: string;
      readonly version: string;
      readonly pullSecret: SecretReference | undefined;
    }
  | {
      readonly kind: 'oci';
      /** With the name of the chart at its end: oci://host/folder/chart. */
      readonly url: string;
      readonly name: string;
      readonly version: string;
      readonly pullSecret: SecretReference | undefined;
    };

/** A folder of the commit that the HelmRelease itself came with. */
export interface OwnCommitSource {
  readonly kind: 'own-commit';
  readonly path: string;
  readonly skipDepUpdate: boolean;
  /** Of the HelmRelease, as it was when the path was read: chart and values are then of one commit. */
  readonly said: {
    /** `namespace/name`. */
    readonly release: string;
    readonly uid: string | undefined;
    /** The GitSync that it says it is of, and the commit: whoever may edit the HelmRelease may have written them. */
    readonly sync: ObjectKey | undefined;
    readonly commit: string | undefined;
    /** All that it is told to do. */
    readonly spec: unknown;
  };
}

export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
}

/** Whether the chart is a folder of the commit that the HelmRelease came with, as far as the fields tell. */
export function isInOwnCommit({ git, path, repository }: ChartSpec): boolean {
  const isGiven = (text: string | undefined): boolean => orElse(text, undefined) !== undefined;
  return isGiven(path) && !isGiven(git) && !isGiven(repository);
}

/** Throws an InvalidSpecError if no chart can come from there. Git wins where both sources are complete. */
export function chartSourceOf(
  spec: { readonly chart: ChartSpec },
  metadata: ObjectMeta,
): ChartSourceSettings {
  const { chart } = spec;
  const { namespace: ownNamespace = '' } = metadata;
  const url = orElse(chart.git, undefined);
  const path = orElse(chart.path, undefined);
  const repository = orElse(chart.repository, undefined);
  if (url !== undefined && path !== undefined) return gitSource(chart, url, path, ownNamespace);
  if (repository !== undefined) return repositorySource(chart, repository, ownNamespace);
  if (url !== undefined) {
    throw new InvalidSpecError(
      'spec.chart.git is set, but spec.chart.path is not: set it to the folder of the chart in the Git repository',
    );
  }
  if (path !== undefined) return ownCommitSource(spec, path, metadata);
  throw new InvalidSpecError(
    'spec.chart has no source: set git and path for a chart in a Git repository, path alone for one in the commit of a GitSync, or repository, name and version for one in a chart repository',
  );
}

/** What belongs to another repository shows that it was only forgotten to name one. */
function ownCommitSource(
  spec: { readonly chart: ChartSpec },
  path: string,
  metadata: ObjectMeta,
): OwnCommitSource {
  const { chart } = spec;
  const foreign = orElse(chart.ref, undefined) === undefined ? undefined : 'ref';
  const field = chart.secretRef === undefined ? foreign : 'secretRef';
  if (field !== undefined) {
    throw new InvalidSpecError(
      `spec.chart.${field} is set, but spec.chart.git is not: set it to the repository, or remove ${field} if the chart is in the commit of the HelmRelease`,
    );
  }
  const { uid, annotations } = metadata;
  return {
    kind: 'own-commit',
    path,
    skipDepUpdate: chart.skipDepUpdate ?? false,
    said: {
      release: keyOf({ metadata }),
      uid,
      sync: syncOf({ metadata }),
      commit: annotations?.[CHART_COMMIT_ANNOTATION],
      spec,
    },
  };
}

function gitSource(chart: ChartSpec, url: string, path: string, ownNamespace: string): ChartSourceSettings {
  const { secretRef } = chart;
  return {
    kind: 'git',
    url,
    ref: orElse(chart.ref, undefined),
    path,
    secretRef:
      secretRef === undefined || schemeOf(url) !== 'https'
        ? undefined
        : { name: secretRef.name, namespace: orElse(secretRef.namespace, ownNamespace) },
    skipDepUpdate: chart.skipDepUpdate ?? false,
  };
}

function repositorySource(chart: ChartSpec, repository: string, ownNamespace: string): ChartSourceSettings {
  const { chartPullSecret } = chart;
  const pullSecret = chartPullSecret && { name: chartPullSecret.name, namespace: ownNamespace };
  const version = orElse(chart.version, undefined);
  const name = orElse(chart.name, undefined);
  const scheme = schemeOf(repository);
  switch (scheme) {
    case 'oci':
      return { ...ociSource(repository, name, need(version, 'version')), pullSecret };
    case 'http':
    case 'https':
      return {
        kind: 'repository',
        url: repository,
        name: need(name, 'name'),
        version: need(version, 'version'),
        pullSecret,
      };
    case undefined:
      throw new InvalidSpecError(
        'spec.chart.repository is no URL: set the URL of the chart repository, such as https://charts.example.com or oci://registry.example.com/charts',
      );
    default:
      // The URL itself may hold a password.
      throw new InvalidSpecError(
        `spec.chart.repository is a ${scheme}:// URL, and downloader plugins of Helm are not supported: serve the chart from an https:// or oci:// repository`,
      );
  }
}

function ociSource(
  repository: string,
  name: string | undefined,
  version: string,
): Omit<Extract<ChartSourceSettings, { kind: 'oci' }>, 'pullSecret'> {
  const base = `oci://${repository.slice('oci://'.length).replace(/\/+$/, '')}`;
  const url = name === undefined ? base : `${base}/${name}`;
  const [host, ...folders] = url.slice('oci://'.length).split('/');
  const last = folders.at(-1);
  if (host === '' || last === undefined) {
    throw new InvalidSpecError(
      'spec.chart.repository names a registry, but no chart in it: set spec.chart.name, or let the URL end with the chart',
    );
  }
  return { kind: 'oci', url, name: last, version };
}

function need(value: string | undefined, field: 'name' | 'version'): string {
  if (value !== undefined) return value;
  throw new InvalidSpecError(
    `spec.chart.repository is set, but spec.chart.${field} is not: set the ${field} of the chart in the repository`,
  );
}

function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
}
