import { asOperatorError, describe } from '../api/errors.ts';
import { isNotFound } from './errors.ts';
import type { WorkQueue } from './work-queue.ts';
import { childSignal } from '../process/child-signal.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Outcome } from './outcome.ts';
import { backoffMs } from './backoff.ts';
import type { KubeObject } from './resource-type.ts';
import type { Lifeline, Vigil } from './vigil.ts';

export interface ControllerOptions<T extends KubeObject> {
  /** For messages: the kind. */
  readonly kind: string;
  readonly queue: WorkQueue;
  readonly find: (key: string) => T | undefined;
  readonly reconcile: (object: T, signal: AbortSignal, lifeline: Lifeline) => Promise<Outcome>;
  /** How long a pass over it may be silent at most, in the longest thing that it does. */
  readonly silenceMs: (object: T) => number;
  /** Passes at a time. */
  readonly passes: number;
  readonly resyncMs: () => number;
  readonly stopping: AbortSignal;
  readonly onForgotten: (key: string) => void;
  readonly onPass: (key: string, outcome: Outcome['kind'] | 'error', seconds: number) => void;
  /** From the first pass that began something to the one that ended it: what a pass leaves under way belongs to it. */
  readonly onSync: (key: string, success: boolean, seconds: number) => void;
  readonly vigil: Vigil;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Controller {
  /** Takes keys until the signal aborts; resolves when the last pass has ended. */
  readonly run: (taking: AbortSignal, working: AbortSignal) => Promise<void>;
}

/** Takes keys from the queue and gives each object its pass. A bad one never ends or slows the others. */
export function createController<T extends KubeObject>(options: ControllerOptions<T>): Controller {
  const memory: Memory = { uids: new Map(), failuresInARow: new Map(), syncsBegun: new Map() };
  return {
    run: async (taking, working) => {
      const workers = Array.from({ length: options.passes }, async () => {
        for (;;) {
          const key = await options.queue.take(taking).catch(() => undefined);
          if (key === undefined) return;
          try {
            await onePass(key, options, memory, working);
          } catch (caught) {
            // An object that is stored with no shape at all must not end the work on all others.
            options.log.error(`a ${options.kind} could not be looked at`, {
              resource: key,
              cause: describe(asOperatorError(caught)),
            });
            options.queue.addAfter(key, options.resyncMs());
          } finally {
            options.queue.done(key);
          }
        }
      });
      await Promise.all(workers);
    },
  };
}

/** By key. An object that is made anew under the same name is another one, of which nothing is remembered. */
interface Memory {
  readonly uids: Map<string, string>;
  readonly failuresInARow: Map<string, number>;
  readonly syncsBegun: Map<string, number>;
}

async function onePass<T extends KubeObject>(
  key: string,
  options: ControllerOptions<T>,
  { uids, failuresInARow, syncsBegun }: Memory,
  working: AbortSignal,
): Promise<void> {
  const { queue, clock, log } = options;
  const object = options.find(key);
  const uid = object?.metadata.uid ?? '';
  const isAnother = uids.has(key) && uids.get(key) !== uid;
  if (object === undefined || isAnother) {
    uids.delete(key);
    failuresInARow.delete(key);
    syncsBegun.delete(key);
    options.onForgotten(key);
  }
  if (object === undefined) return;
  uids.set(key, uid);
  const begun = clock.monotonicMs();
  const syncBegun = syncsBegun.get(key) ?? begun;
  using child = childSignal(working);
  const { signal } = child;
  const lifeline = options.vigil.begin(`${options.kind} ${key}`, options.silenceMs(object));
  const ended = (kind: Outcome['kind'] | 'error'): void => {
    const now = clock.monotonicMs();
    options.onPass(key, kind, (now - begun) / 1000);
    if (kind === 'wait') {
      syncsBegun.set(key, syncBegun);
    } else {
      syncsBegun.delete(key);
      options.onSync(key, kind === 'done', (now - syncBegun) / 1000);
    }
  };
  try {
    const outcome = await options.reconcile(object, signal, lifeline);
    failuresInARow.delete(key);
    ended(outcome.kind);
    queue.addAfter(key, delayOf(outcome, options.resyncMs()), outcome.kind === 'done' ? 'low' : 'high');
  } catch (caught) {
    // Gone while it was looked at: its deletion has its own event.
    const gone = isNotFound(caught) && options.find(key) === undefined;
    if (signal.aborted || options.stopping.aborted || gone) return;
    const failures = (failuresInARow.get(key) ?? 0) + 1;
    failuresInARow.set(key, failures);
    ended('error');
    log.error(`a pass over a ${options.kind} was given up and is tried again`, {
      resource: key,
      cause: describe(asOperatorError(caught)),
      stack: caught instanceof Error ? caught.stack : undefined,
    });
    queue.addAfter(key, backoffMs(failures, options.random));
  } finally {
    lifeline.end();
  }
}

function delayOf(outcome: Outcome, resyncMs: number): number {
  switch (outcome.kind) {
    case 'wait':
    case 'retry':
      return Math.min(outcome.ms, resyncMs);
    case 'done':
    case 'stalled':
      return resyncMs;
  }
}
