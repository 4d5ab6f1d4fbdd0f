import { posix } from 'node:path';
import { InvalidChartError } from '../../api/errors.ts';
import type { OciChartSource, RepositoryChartSource } from '../chart.ts';
import type { Dependency } from '../content/chart-yaml.ts';
import { withoutSecrets } from '../source.ts';

/** Where a dependency of a chart from Git is to come from. */
export type DependencyPlace =
  /** It lies in charts/ already. */
  | { readonly kind: 'vendored' }
  /** Another folder of the repository. */
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'source'; readonly source: RepositoryChartSource | OciChartSource };

export interface DependencyPlaceOptions {
  readonly path: string;
  readonly subject: string;
  readonly urlOfAlias: (name: string) => string | undefined;
}

/**
 * `path` is the folder of the chart. `subject` begins the message of the InvalidChartError that says how to write
 * it instead.
 */
export function placeOf(
  { name, version, repository: written }: Dependency,
  { path, subject, urlOfAlias }: DependencyPlaceOptions,
): DependencyPlace {
  const alias = /^(?:@|alias:)(.*)$/s.exec(written)?.[1];
  const repository = alias === undefined ? written : urlOfAlias(alias);
  if (repository === undefined) {
    throw new InvalidChartError(
      `${subject} names its repository by the alias ${JSON.stringify(written)}, which is in no file given to the operator by --helm-repository-import: write the URL of the repository into Chart.yaml, or import it`,
    );
  }
  const scope = ''; // the credentials of the Git repository are not for other hosts
  if (repository === '') return { kind: 'vendored' };
  if (repository.startsWith('file://')) return { kind: 'folder', path: folderOf(repository, path, subject) };
  if (/^https?:\/\//i.test(repository)) {
    return { kind: 'source', source: { kind: 'repository', url: repository, name, version, scope } };
  }
  if (repository.startsWith('oci://')) {
    const url = `${repository.replace(/\/+$/, '')}/${name}`;
    return { kind: 'source', source: { kind: 'oci', url, version, scope } };
  }
  throw new InvalidChartError(
    `${subject} has the repository ${JSON.stringify(withoutSecrets(repository))}, which is neither https://, http://, oci:// nor file://`,
  );
}

function folderOf(repository: string, path: string, subject: string): string {
  const relative = repository.slice('file://'.length);
  const folder = posix.join(path, relative);
  const outside = relative.startsWith('/') || folder === '..' || folder.startsWith('../');
  if (!outside) return folder;
  throw new InvalidChartError(
    `${subject} has the repository ${JSON.stringify(repository)}, which lies outside of the Git repository: dependencies must be within it`,
  );
}
