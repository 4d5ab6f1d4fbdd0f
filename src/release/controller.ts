import { asOperatorError, describe } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { isNotFound } from '../kube/errors.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Outcome } from './outcome.ts';
import { backoffMs } from './decide/retry-policy.ts';

export interface ControllerOptions {
  readonly queue: WorkQueue;
  readonly find: (key: string) => HelmRelease | undefined;
  readonly reconcile: (release: HelmRelease, signal: AbortSignal) => Promise<Outcome>;
  /** Passes at a time. Passes that run helm wait for one of its slots; the others only look. */
  readonly passes: number;
  readonly resyncMs: () => number;
  readonly stopping: AbortSignal;
  readonly onForgotten: (key: string) => void;
  readonly onPass: (key: string, outcome: Outcome['kind'] | 'error', seconds: number) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Controller {
  /** Takes keys until the signal aborts; resolves when the last pass has ended. */
  readonly run: (taking: AbortSignal, working: AbortSignal) => Promise<void>;
}

/** Takes releases from the queue and gives each its pass. One bad release never ends or slows the others. */
export function createController(options: ControllerOptions): Controller {
  const failuresInARow = new Map<string, number>();
  return {
    run: async (taking, working) => {
      const workers = Array.from({ length: options.passes }, async () => {
        for (;;) {
          const key = await options.queue.take(taking).catch(() => undefined);
          if (key === undefined) return;
          try {
            await onePass(key, options, failuresInARow, working);
          } finally {
            options.queue.done(key);
          }
        }
      });
      await Promise.all(workers);
    },
  };
}

async function onePass(
  key: string,
  options: ControllerOptions,
  failuresInARow: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { queue, clock, log } = options;
  const release = options.find(key);
  if (release === undefined) {
    failuresInARow.delete(key);
    options.onForgotten(key);
    return;
  }
  const begun = clock.monotonicMs();
  const seconds = (): number => (clock.monotonicMs() - begun) / 1000;
  try {
    const outcome = await options.reconcile(release, signal);
    failuresInARow.delete(key);
    options.onPass(key, outcome.kind, seconds());
    queue.addAfter(key, delayOf(outcome, options.resyncMs()), outcome.kind === 'done' ? 'low' : 'high');
  } catch (caught) {
    // Gone while it was looked at: its deletion has its own event.
    const gone = isNotFound(caught) && options.find(key) === undefined;
    if (signal.aborted || options.stopping.aborted || gone) return;
    const failures = (failuresInARow.get(key) ?? 0) + 1;
    failuresInARow.set(key, failures);
    options.onPass(key, 'error', seconds());
    log.error('a pass over a release was given up and is tried again', {
      resource: key,
      cause: describe(asOperatorError(caught)),
      stack: caught instanceof Error ? caught.stack : undefined,
    });
    queue.addAfter(key, backoffMs(failures, options.random));
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
