import { createGate } from '../../process/gate.ts';
import { withDeadline } from './deadline.ts';
import { createSlots, type SlotsOptions } from './slots.ts';

/** From here on, a write is waited for so much that its namespace counts as a slow one. */
const SLOW_AFTER_MS = 3_000;
/** As good as for ever, for a timer. */
const NEVER_MS = 2 ** 31 - 1;

export interface PlacesOptions extends SlotsOptions {
  /** A write that waits for longer for others of its namespace is told that there is no answer. */
  readonly patienceMs: number;
}

export interface Places {
  /** The party is the namespace of a write, or '' for what reads. Of those that yield, a namespace has one at a time. */
  run<T>(
    party: string,
    signal: AbortSignal,
    fn: () => Promise<T>,
    o?: { readonly yields: boolean },
  ): Promise<T>;
}

/**
 * Slots of which the writes of no namespace take all: a quarter at most, fewer while they take long, and all namespaces
 * together leave a quarter to what only the server can make wait.
 */
export function createPlaces({ patienceMs, ...options }: PlacesOptions): Places {
  const slots = createSlots(options);
  const gate = createGate({
    perHost: Math.ceil(options.most / 4),
    total: Math.ceil((options.most * 3) / 4),
    slowAfterMs: SLOW_AFTER_MS,
  });
  // One at a time: whoever has something to do waits for one such write at most.
  const lastInLine = createGate({ perHost: 1, total: 4, slowAfterMs: SLOW_AFTER_MS });
  return {
    run: async (party, signal, fn, { yields } = { yields: false }) => {
      const run = (): ReturnType<typeof fn> => slots.run(party, signal, fn);
      if (party === '') return await run();
      const write = (): ReturnType<typeof fn> =>
        withDeadline(patienceMs, signal, (limited, deadline) =>
          gate.run(party, limited, () => {
            deadline.set(NEVER_MS);
            return run();
          }),
        );
      return await (yields ? lastInLine.run(party, signal, write) : write());
    },
  };
}
