import { ChartUnavailableError } from '../../api/errors.ts';
import type { RepositoryImports } from '../access/repository-imports.ts';
import type { Archives } from '../archives.ts';
import type { Chart, OciChartSource, RepositoryChartSource } from '../chart.ts';
import type { Freshness, Lookup } from '../lookup.ts';
import type { HttpClient } from '../http/http-client.ts';
import { isPlain } from '../http/proxy.ts';
import { showUrl } from '../http/redirect.ts';
import { keyOf } from '../source.ts';
import { chooseVersion } from '../versions/choose.ts';
import type { IndexEntry } from './index-entry.ts';
import type { Indexes } from './indexes.ts';
import { type Repository, repositoryOf, urlWithin } from './repository.ts';

export interface RepositoryChartsOptions {
  readonly http: HttpClient;
  readonly indexes: Indexes;
  readonly archives: Archives;
  readonly imports: Pick<RepositoryImports, 'find'>;
  /** An index may point at a registry. */
  readonly lookupOci: Lookup<OciChartSource>;
}

/** Looks a chart up in a Helm repository: index, version, archive. */
export function createRepositoryCharts(o: RepositoryChartsOptions): Lookup<RepositoryChartSource> {
  const fetch = async (
    repository: Repository,
    entry: IndexEntry,
    { chart, signal }: Freshness & { readonly chart: string },
  ): Promise<Chart> => {
    const url = urlWithin(repository, entry.url ?? '');
    if (entry.url === undefined || (url?.protocol !== 'https:' && url?.protocol !== 'http:')) {
      const what = entry.url === undefined ? 'no URL' : 'a URL that is neither https://, http:// nor oci://';
      throw new ChartUnavailableError(`the index has ${what} for version ${entry.version} of ${chart}`);
    }
    const access = repository.accessTo(url);
    const found = await o.archives.fetch(
      {
        key: keyOf(['repository', repository.key, url.href, entry.digest ?? entry.created ?? entry.version]),
        subject: `the archive ${showUrl(url)}`,
        sha256: entry.digest,
        authorized: access.authorization !== undefined,
        mayChange: entry.digest === undefined,
        send: ({ file, ...request }) => {
          const elsewhere = entry.digest !== undefined;
          return o.http.download({ url, ...access, elsewhere, ...request }, file);
        },
      },
      signal,
    );
    const insecure = isPlain(repository.url) || isPlain(url) || access.tls?.tls.skipVerify === true;
    return { ...found, revision: found.version, ...(insecure ? { insecure } : {}) };
  };

  return async (source, freshness) => {
    const repository = repositoryOf(source, o.imports.find(source.url, source.scope));
    const chart = `chart ${source.name} of ${repository.shown}`;
    const entries = await o.indexes.entries(repository, source.name, freshness);
    const entry = chooseVersion(entries, source.version, chart);
    if (entry.url?.startsWith('oci://') !== true) return fetch(repository, entry, { ...freshness, chart });

    // Credentials and certificates of the repository are not for a registry that it points at.
    const { scope } = source;
    return o.lookupOci({ kind: 'oci', url: entry.url, version: entry.version, scope }, freshness);
  };
}
