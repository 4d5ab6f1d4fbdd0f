import type { ApiClient, ApiResponse } from '../../testenv/control-plane/api-client.ts';
import type { PhaseEnd } from '../measure/meter.ts';
import type { Seen } from './seen.ts';
import type { Watch, Wish } from './watch.ts';

/** One request about one object. */
export interface Send {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly body?: object;
}

/** Whether an object is as a phase wants it, compared with what it was before; undefined for one that is not there. */
export type Change = (seen: Seen | undefined, before: Seen | undefined) => boolean;

export const isReady: Change = (seen, before) =>
  seen?.settled === 'ready' && seen.generation > (before?.generation ?? 0);
export const isRolledBack: Change = (seen, before) =>
  seen?.settled !== undefined && seen.rolledBack && seen.generation > (before?.generation ?? 0);
/** Made anew by something else than a change of its spec. */
export const hasNewRevision: Change = (seen, before) =>
  seen?.settled === 'ready' && seen.revision > (before?.revision ?? 0);
export const isFailed: Change = (seen) => seen?.settled === 'not-ready';
export const isGone: Change = (seen) => seen === undefined;
export const hasHandled =
  (token: string): Change =>
  (seen) =>
    seen?.handled === token;

/** All objects of the kind that is measured. */
export interface Fleet {
  readonly watch: Watch;
  /** Sends one request for each name, as fast as the server takes them, and waits until all have changed as wished. */
  readonly change: (
    names: readonly string[],
    send: (name: string) => Send,
    wish: Change,
  ) => Promise<PhaseEnd>;
  /** The same for one thing done to none of them, which all of them follow. */
  readonly follow: (
    names: readonly string[],
    begin: () => Promise<unknown>,
    wish: Change,
  ) => Promise<PhaseEnd>;
  /** Sends, and does not wait. */
  readonly send: (names: readonly string[], send: (name: string) => Send) => Promise<void>;
}

const AT_ONCE = 8;
const MERGE_PATCH = 'application/merge-patch+json';

export function createFleet(client: ApiClient, path: string, watch: Watch, timeoutMs: number): Fleet {
  const sendOne = async (name: string, { method, body }: Send): Promise<void> => {
    const url = method === 'POST' ? path : `${path}/${name}`;
    const answer = await client.send(method, url, body, method === 'PATCH' ? MERGE_PATCH : undefined);
    expectDone(answer, `${method} ${url}`);
  };
  /** `sent` is filled by `begin`: nobody has changed before something was done to it. */
  const until = async (
    names: readonly string[],
    wish: Change,
    sent: ReadonlyMap<string, number>,
    begin: () => Promise<unknown>,
  ): Promise<PhaseEnd> => {
    const before = new Map(names.map((name) => [name, watch.get(name)]));
    const wished: Wish = (seen, name) => sent.has(name) && wish(seen, before.get(name));
    const [moments] = await Promise.all([watch.until(names, wished, timeoutMs), begin()]);
    const releases = names.map((name) => ((moments.get(name) ?? 0) - (sent.get(name) ?? 0)) / 1000);
    return { releases, endedAt: [...moments.values()].reduce((last, at) => Math.max(last, at), 0) };
  };
  return {
    watch,
    change: (names, send, wish) => {
      const sent = new Map<string, number>();
      return until(names, wish, sent, () =>
        inParallel(names, AT_ONCE, async (name) => {
          sent.set(name, performance.now());
          await sendOne(name, send(name));
        }),
      );
    },
    follow: (names, begin, wish) => {
      const now = performance.now();
      return until(names, wish, new Map(names.map((name) => [name, now])), begin);
    },
    send: (names, send) => inParallel(names, AT_ONCE, (name) => sendOne(name, send(name))),
  };
}

export function expectDone({ status, text }: ApiResponse, what: string): void {
  if (status >= 300) throw new Error(`${what} answered ${String(status)}: ${text.slice(0, 500)}`);
}

export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
