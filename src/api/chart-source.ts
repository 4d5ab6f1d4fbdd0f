import { InvalidSpecError } from './errors.ts';
import type { ChartSpec } from './helm-release.ts';
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

export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
}

/** Throws an InvalidSpecError if no chart can come from there. Git wins where both sources are complete. */
export function chartSourceOf(chart: ChartSpec, ownNamespace: string): ChartSourceSettings {
  const url = orElse(chart.git, undefined);
  const path = orElse(chart.path, undefined);
  const repository = orElse(chart.repository, undefined);
  if (url !== undefined && path !== undefined) return gitSource(chart, url, path, ownNamespace);
  if (repository !== undefined) return repositorySource(chart, repository, ownNamespace);
  throw new InvalidSpecError(
    url === undefined
      ? 'spec.chart has no source: set git and path for a chart in a Git repository, or repository, name and version for one in a chart repository'
      : 'spec.chart.git is set, but spec.chart.path is not: set it to the folder of the chart in the Git repository',
  );
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
