import { parseKey } from '../api/metadata.ts';
import type { SlotClaim, Slots } from '../helm/slots.ts';
import type { Pass } from './pass.ts';

/** What a pass wants a slot for. Namespaces take turns, so that a large one is not served before all others. */
export type SlotWish = Omit<SlotClaim, 'party'>;

/** Does the work in a slot for helm. To wait for one, for whatever time, is no sign that the pass is stuck. */
export async function inSlot<T>(
  { key, signal, lifeline }: Pass,
  slots: Slots,
  wish: SlotWish,
  work: () => Promise<T>,
): Promise<T> {
  const resume = lifeline.pause();
  try {
    return await slots.hold({ ...wish, party: parseKey(key).namespace }, signal, () => {
      resume();
      return work();
    });
  } finally {
    resume();
  }
}
