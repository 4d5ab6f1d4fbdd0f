import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError, InvalidChartError } from '../../api/errors.ts';
import { nearest } from '../../git/nearest.ts';
import { createSingleFlight } from '../../process/single-flight.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { conditions } from '../http/conditions.ts';
import type { HttpClient } from '../http/http-client.ts';
import { refusalOf } from '../http/refusal.ts';
import type { Freshness } from '../lookup.ts';
import type { IndexEntry } from './index-entry.ts';
import type { IndexReader } from './index-reader.ts';
import { createRecent } from '../recent.ts';
import { IndexError } from './read-index.ts';
import { type Repository, urlWithin } from './repository.ts';
import { createKeptIndexes, type KnownIndex } from './kept-indexes.ts';
import { IndexClosedError, openIndex, type StoredIndex } from './stored-index.ts';

/** The indexes of repositories, each fetched once for everybody and only again if it changed. */
export interface Indexes {
  /** The entries of a chart. Throws ChartUnavailableError or InvalidChartError. */
  entries(repository: Repository, chart: string, o: Freshness): Promise<readonly IndexEntry[]>;
  close(): Promise<void>;
}

export interface IndexesOptions {
  readonly http: HttpClient;
  readonly reader: IndexReader;
  readonly clock: Clock;
  /** For files that soon have no name any more. */
  readonly dir: string;
  /** On disk, all together. One that had to make room is downloaded again when it is asked for. */
  readonly maxStoredBytes?: number;
}

const MAX_BYTES = 100_000_000;
const MAX_STORED_BYTES = 500_000_000;
const MAX_FAILURES = 200;

/** Each time it was closed before it could be read: then there is too little room for all that are asked for. */
const MAX_TRIES = 20;

/** Many charts of one repository that is down ask for it at about the same time. */
const FAILURE_SHARED_MS = 5_000;

export function createIndexes({ http, reader, clock, dir, maxStoredBytes }: IndexesOptions): Indexes {
  const known = createKeptIndexes(maxStoredBytes ?? MAX_STORED_BYTES);
  const failed = createRecent<{ readonly error: unknown; readonly at: number }>(MAX_FAILURES);
  const flights = createSingleFlight<StoredIndex>();
  let files = 0;

  const fetch = async (
    repository: Repository,
    old: KnownIndex | undefined,
    signal: AbortSignal,
  ): Promise<KnownIndex> => {
    const { shown } = repository;
    const checkedAt = clock.monotonicMs();
    const url = urlWithin(repository, 'index.yaml') ?? repository.url;
    const access = repository.accessTo(url);
    const file = join(dir, `index-${String((files += 1))}`);
    const headers = { 'accept-encoding': 'gzip', ...old?.headers };
    const request = { url, headers, ...access, unpack: true, maxBytes: MAX_BYTES, signal };
    const answer = await http.download(request, file);
    if (old && answer.status === 304) return { ...old, checkedAt };
    if (!answer.saved) {
      const { status } = answer;
      throw refusalOf(`the index of chart repository ${shown}`, {
        status,
        authorized: access.authorization !== undefined,
      });
    }
    const { sha256 } = answer.saved;
    const next = { sha256, headers: conditions(answer.headers), checkedAt };
    if (old?.sha256 !== sha256) return { ...next, index: await openIndex(file, reader, signal) };
    await rm(file); // a server that keeps no track of what it has sent
    return { ...next, index: old.index };
  };

  const refresh = async (repository: Repository, signal: AbortSignal): Promise<StoredIndex> => {
    const { key } = repository;
    try {
      const old = known.get(key);
      let next = await fetch(repository, old, signal);
      // It is still the same, but had to make room or was replaced while we asked.
      if (next.index === old?.index && known.get(key)?.index !== old.index)
        next = await fetch(repository, undefined, signal);
      await known.set(key, next);
      failed.delete(key);
      return next.index;
    } catch (caught) {
      if (!signal.aborted) failed.set(key, { error: caught, at: clock.monotonicMs() });
      throw caught;
    }
  };

  const current = async (repository: Repository, { since, signal }: Freshness): Promise<StoredIndex> => {
    const { key } = repository;
    const found = known.get(key);
    if (found && found.checkedAt >= since) return found.index;

    const failure = failed.get(key);
    if (failure && failure.at >= Math.max(since, clock.monotonicMs() - FAILURE_SHARED_MS))
      throw failure.error;
    failed.delete(key);
    return flights.run(key, signal, (shared) => refresh(repository, shared));
  };

  return {
    entries: async (repository, chart, o) => {
      try {
        for (let tries = 0; tries < MAX_TRIES; tries += 1) {
          o.signal.throwIfAborted();
          const index = await current(repository, o);
          const entries = await index.entries(chart, o.signal).catch(unlessClosed);
          if (entries === 'closed') continue;
          if (entries) return entries;
          throw new ChartUnavailableError(notListed(repository, chart, index.names));
        }
        throw new ChartUnavailableError(
          `the index of chart repository ${repository.shown} had to make room for others before it could be read`,
        );
      } catch (caught) {
        if (!(caught instanceof IndexError)) throw caught;
        throw new InvalidChartError(
          `the index of chart repository ${repository.shown} ${caught.message}: write it anew there (helm repo index)`,
        );
      }
    },
    close: () => known.close(),
  };
}

function unlessClosed(caught: unknown): 'closed' {
  if (caught instanceof IndexClosedError) return 'closed';
  throw caught;
}

function notListed({ shown }: Repository, chart: string, names: readonly string[]): string {
  const near = nearest(chart, names);
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it lists ${String(names.length)} other charts`;
  return `chart ${chart} is not in the index of chart repository ${shown}: ${hint}`;
}
