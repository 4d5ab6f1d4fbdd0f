import { createGate } from '../../process/gate.ts';
import { withDeadline } from './deadline.ts';
import { createSlots, type Slots, type SlotsOptions } from './slots.ts';

/** From here on, a write is waited for so much that its namespace counts as a slow one. */
const SLOW_AFTER_MS = 3_000;
/** As good as for ever, for a timer. */
const NEVER_MS = 2 ** 31 - 1;

export interface PlacesOptions extends SlotsOptions {
  /** A write that waits for longer for others of its namespace is told that there is no answer. */
  readonly patienceMs: number;
}

/**
 * Slots of which the writes of no namespace take all: a quarter at most, fewer while they take long, and all namespaces
 * together leave a quarter to what only the server can make wait.
 */
export function createPlaces({ patienceMs, ...options }: PlacesOptions): Slots {
  const slots = createSlots(options);
  const gate = createGate({
    perHost: Math.ceil(options.most / 4),
    total: Math.ceil((options.most * 3) / 4),
    slowAfterMs: SLOW_AFTER_MS,
  });
  return {
    run: async (party, signal, fn) => {
      const run = (): ReturnType<typeof fn> => slots.run(party, signal, fn);
      if (party === '') return await run();
      return await withDeadline(patienceMs, signal, (limited, deadline) =>
        gate.run(party, limited, () => {
          deadline.set(NEVER_MS);
          return run();
        }),
      );
    },
  };
}
