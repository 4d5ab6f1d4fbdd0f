import { describe } from '../api/errors.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { abortable, abortReason } from './http/abort.ts';
import type { KubeObject } from './resource-type.ts';
import type { Resource, Selection } from './resource.ts';
import type { Change, Indexes, Store } from './store.ts';
import { follow, FOLLOW_TIMING, type FollowTiming } from './watch/follow.ts';
import { shield } from './watch/shield.ts';
import { dropNoise, type Transform } from './watch/transform.ts';
import { WatchedStore } from './watch/watched-store.ts';

export type { Change } from './store.ts';

export interface InformerOptions<T extends KubeObject> extends Selection {
  /** By default managedFields and the last applied configuration are dropped. */
  readonly transform?: Transform<T>;
  /** For what no selector can say: other objects are to this informer as if they were not there. Sees them untransformed. */
  readonly keep?: (object: T) => boolean;
  readonly indexes?: Indexes<T>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing?: Partial<FollowTiming>;
  /** A full list was made: the first, or one that became necessary because the watch could not go on. */
  readonly onRelist?: (resource: string) => void;
  readonly onWatchRestart?: (resource: string) => void;
}

export interface InformerState {
  readonly resource: string;
  readonly objects: number;
  /** The store has held the whole collection at least once. */
  readonly synced: boolean;
  /** A watch is open: the store is as fresh as the network allows. */
  readonly connected: boolean;
  /** When the server was last heard of, bookmarks included, in ms since 1970. */
  readonly lastEventAt: number | undefined;
  /** Why it is not connected, in one line. */
  readonly problem: string | undefined;
}

/** Holds a copy of a collection that follows the server, whatever happens in between. */
export interface Informer<T extends KubeObject> {
  readonly store: Store<T>;
  /** Handlers are called at once, one change at a time, in order of registration; one that throws harms nobody. */
  onChange(handler: (change: Change<T>) => void): void;
  /** Once: a second call changes nothing. */
  start(): void;
  /** Resolves when the store holds the whole collection. Rejects on abort, and if the informer is stopped before. */
  synced(signal: AbortSignal): Promise<void>;
  /** Resolves when the watch is closed; no handler is called after that. */
  stop(): Promise<void>;
  state(): InformerState;
}

export function createInformer<T extends KubeObject>(
  resource: Resource<T>,
  options: InformerOptions<T>,
): Informer<T> {
  const { namespace, labelSelector, fieldSelector, clock, random } = options;
  const name = resource.type.plural;
  const log = options.log.child({ resource: name });
  const handlers: ((change: Change<T>) => void)[] = [];
  const stopping = new AbortController();
  const firstList = Promise.withResolvers<undefined>();
  firstList.promise.catch(() => undefined); // nobody may be waiting for it
  let running: Promise<void> | undefined;
  let synced = false;
  let connected = false;
  let watches = 0;
  let lastEventAt: number | undefined;
  let problem: string | undefined;

  const store = new WatchedStore<T>({
    ...shield(
      {
        keep: options.keep ?? (() => true),
        transform: options.transform ?? dropNoise,
        indexes: options.indexes ?? {},
      },
      log,
    ),
    onChange: (change) => {
      for (const handler of handlers) {
        try {
          handler(change);
        } catch (caught) {
          log.error('a change handler failed', {
            name: change.object.metadata.name,
            error: describe(caught),
          });
        }
      }
    },
  });

  const run = (): Promise<void> =>
    follow(resource, store, {
      selection: { namespace, labelSelector, fieldSelector },
      clock,
      random,
      timing: { ...FOLLOW_TIMING, ...options.timing },
      signal: stopping.signal,
      onListed: () => {
        synced = true;
        firstList.resolve(undefined);
        options.onRelist?.(name);
        log.debug('listed', { objects: store.size });
      },
      onConnected: () => {
        connected = true;
        problem = undefined;
        watches += 1;
        if (watches > 1) options.onWatchRestart?.(name);
      },
      onHeard: () => {
        lastEventAt = clock.now().getTime();
      },
      onDisconnected: (why) => {
        connected = false;
        if (why === undefined) return;
        const cause = describe(why);
        // Until it is connected again it is said once: whoever lost a right may not get it back for months.
        log[cause === problem ? 'debug' : 'warn']('watch interrupted', { error: cause });
        problem = cause;
      },
    });

  return {
    store,
    onChange: (handler) => {
      handlers.push(handler);
    },
    start: () => {
      if (!stopping.signal.aborted) running ??= run();
    },
    synced: (signal) => abortable(firstList.promise, signal),
    stop: async () => {
      stopping.abort(new Error(`the informer of ${name} was stopped`));
      firstList.reject(abortReason(stopping.signal));
      await running;
      connected = false;
    },
    state: () => ({ resource: name, objects: store.size, synced, connected, lastEventAt, problem }),
  };
}
