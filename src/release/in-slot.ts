import type { Pool, Slots } from '../helm/slots.ts';
import type { Pass } from './pass.ts';

/** Does the work in a slot for helm. To wait for one, for whatever time, is no sign that the pass is stuck. */
export async function inSlot<T>(
  { signal, lifeline }: Pass,
  slots: Slots,
  pool: Pool,
  work: () => Promise<T>,
): Promise<T> {
  const resume = lifeline.pause();
  try {
    return await slots.hold(pool, signal, () => {
      resume();
      return work();
    });
  } finally {
    resume();
  }
}
