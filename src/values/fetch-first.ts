import { parseKey } from '../api/metadata.ts';
import type { ValuesSource } from '../api/values-sources.ts';
import { createWeightedSemaphore } from '../process/weighted-semaphore.ts';
import { MAX_TOTAL_BYTES } from './compose.ts';
import type { FetchExternal } from './external.ts';
import { MAX_SOURCE_BYTES } from './read-source.ts';
import { withinLimit } from './within-limit.ts';

/** What was fetched, as it was sent: it counts until it is disposed of, when its values are made or given up. */
export interface Fetched extends Disposable {
  /** Answers at once for all that is fetched. */
  readonly fetchExternal: FetchExternal;
}

export interface FetchOptions {
  /** Called around waiting for others. */
  readonly pause: () => () => void;
  readonly signal: AbortSignal;
}

/** Fetches, once, what the sources name by URL: no room for values is held while a host takes its time. */
export type FetchFirst = (
  key: string,
  sources: readonly ValuesSource[],
  options: FetchOptions,
) => Promise<Fetched>;

/** Of all that is being fetched, each document taken to be as large as it may be. */
const FETCHED_BYTES = 2 * MAX_TOTAL_BYTES;

export function createFetchFirst(fetchExternal: FetchExternal, bytes = FETCHED_BYTES): FetchFirst {
  const places = createWeightedSemaphore(bytes);
  return async (key, sources, { pause, signal }) => {
    const urls = new Set(sources.flatMap((source) => (source.kind === 'url' ? [source.url] : [])));
    if (urls.size === 0) return { fetchExternal, [Symbol.dispose]: () => undefined };
    const weight = Math.min(urls.size * MAX_SOURCE_BYTES, MAX_TOTAL_BYTES);
    const resume = pause();
    const leave = await places.enter({ party: parseKey(key).namespace, weight }, signal).finally(resume);
    try {
      const fetched = await withinLimit(signal, (limited) => fetchAll(urls, fetchExternal, limited));
      return {
        fetchExternal: (url, given) => fetched.get(url) ?? fetchExternal(url, given),
        [Symbol.dispose]: leave,
      };
    } catch (caught) {
      leave();
      throw caught;
    }
  };
}

/** What fails is told to whoever asks for it. Too much is not read on: composing stops before it comes there. */
async function fetchAll(
  urls: Iterable<string>,
  fetchExternal: FetchExternal,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Promise<Buffer>>> {
  const fetched = new Map<string, Promise<Buffer>>();
  let total = 0;
  for (const url of urls) {
    const content = fetchExternal(url, signal);
    fetched.set(url, content);
    total += await content.then(
      ({ length }) => length,
      () => 0,
    );
    signal.throwIfAborted();
    if (total > MAX_TOTAL_BYTES) break;
  }
  return fetched;
}
