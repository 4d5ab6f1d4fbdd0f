import { setImmediate } from 'node:timers/promises';
import type { Clock, Random } from '../../telemetry/clock.ts';
import { ApiError, isGone } from '../errors.ts';
import { isAborted, sleep } from '../http/abort.ts';
import type { KubeObject } from '../resource-type.ts';
import type { Resource, Selection } from '../resource.ts';
import { fullJitter, type BackoffLimits } from '../backoff.ts';
import { isOlder } from './resource-version.ts';
import type { WatchedStore } from './watched-store.ts';

export interface FollowTiming {
  readonly backoff: BackoffLimits;
  /** A watch that held for so long makes the failures before it forgotten. */
  readonly healthyAfterMs: number;
  /** For how long one watch is asked for; drawn anew each time, so that watches do not all end together. */
  readonly watchSeconds: { readonly min: number; readonly max: number };
  /** Silence beyond this is a dead connection: after a first event the server sends a bookmark about once a minute. */
  readonly idleMs: number;
}

export const FOLLOW_TIMING: FollowTiming = {
  backoff: { baseMs: 200, maxMs: 30_000 },
  healthyAfterMs: 60_000,
  watchSeconds: { min: 300, max: 600 },
  idleMs: 180_000,
};

/** Handlers are called for so many objects of a list before the event loop gets a turn. */
const SLICE = 50;

/** How long after its time is up a watch may take to end. */
const WATCH_END_GRACE_MS = 10_000;

export interface FollowOptions {
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: FollowTiming;
  readonly signal: AbortSignal;
  readonly onListed: () => void;
  readonly onConnected: () => void;
  /** The server sent something, if only a bookmark. */
  readonly onHeard: () => void;
  /** Without a reason if the watch came to its regular end. */
  readonly onDisconnected: (why: unknown) => void;
}

/** Lists, watches, and goes on where it was interrupted, until the signal ends it. Never rejects. */
export async function follow<T extends KubeObject>(
  resource: Resource<T>,
  store: WatchedStore<T>,
  options: FollowOptions,
): Promise<void> {
  const { signal, clock, random, timing } = options;
  let listed = false;
  let interrupted = false;
  let failures = 0;

  while (!signal.aborted) {
    let openedAt: number | undefined;
    let trouble: unknown;
    try {
      if (listed && interrupted) listed = !(await isRewound(resource, store, options));
      if (!listed) await relist(resource, store, options);
      listed = true;
      await watchOnce(resource, store, options, () => {
        openedAt = clock.monotonicMs();
      });
    } catch (caught) {
      if (isAborted(signal)) return;
      trouble = caught;
      listed &&= !isGone(caught);
    }
    options.onDisconnected(trouble);
    interrupted = trouble !== undefined;

    const healthy = openedAt !== undefined && clock.monotonicMs() - openedAt >= timing.healthyAfterMs;
    if (healthy) failures = 0;
    // A watch that ended in good order, but at once, is a server in trouble too.
    const delay = healthy && trouble === undefined ? 0 : fullJitter(failures, timing.backoff, random);
    failures += 1;
    const wait = Math.max(delay, retryAfterOf(trouble));
    if (wait > 0) await sleep(wait, signal).catch(() => undefined);
  }
}

async function relist<T extends KubeObject>(
  resource: Resource<T>,
  store: WatchedStore<T>,
  { selection, signal, onListed }: FollowOptions,
): Promise<void> {
  store.beginList();
  let resourceVersion = '';
  for await (const page of resource.pages(selection, signal)) {
    resourceVersion = page.resourceVersion;
    for (let from = 0; from === 0 || from < page.items.length; from += SLICE) {
      if (from > 0) await setImmediate();
      signal.throwIfAborted(); // nobody is told of anything after stop()
      store.takePage(page.items.slice(from, from + SLICE), resourceVersion, page.first && from === 0);
    }
  }
  store.endList(resourceVersion);
  onListed();
}

/**
 * Whether etcd was restored from a backup while we were away. The server does not say so: it lets us watch from a
 * version of the lost future, and is silent until the new past has grown as long.
 */
async function isRewound<T extends KubeObject>(
  resource: Resource<T>,
  store: WatchedStore<T>,
  { selection, signal }: FollowOptions,
): Promise<boolean> {
  return isOlder(await resource.currentVersion(selection, signal), store.seen);
}

async function watchOnce<T extends KubeObject>(
  resource: Resource<T>,
  store: WatchedStore<T>,
  { selection, signal, random, timing, onConnected, onHeard }: FollowOptions,
  onOpen: () => void,
): Promise<void> {
  const { min, max } = timing.watchSeconds;
  const timeoutSeconds = min + Math.floor(random() * (max - min + 1));
  const wholeMs = timeoutSeconds * 1000 + WATCH_END_GRACE_MS;
  let heard = false;
  await resource.watch(
    { ...selection, resourceVersion: store.seen ?? '', timeoutSeconds },
    {
      // A collection in which nothing ever happened gets no bookmarks either: there the silence proves nothing.
      idleMs: () => (heard ? Math.min(timing.idleMs, wholeMs) : wholeMs),
      onOpen: () => {
        onOpen();
        onConnected();
      },
      onEvent: (event) => {
        heard = true;
        onHeard();
        if (event.kind === 'changed') store.changed(event.object);
        else if (event.kind === 'deleted') store.deleted(event.object);
        else store.advance(event.resourceVersion);
      },
    },
    signal,
  );
}

function retryAfterOf(trouble: unknown): number {
  return trouble instanceof ApiError ? (trouble.retryAfterMs ?? 0) : 0;
}
