import type { Random } from '../../telemetry/clock.ts';
import { isConflict, isNotFound } from '../errors.ts';
import type { Ref, Resource } from '../resource.ts';
import { newEvent, toEventTime, type KubeEvent, type Reporter } from './kube-event.ts';
import type { Outgoing } from './outbox.ts';
import { evictOldest } from './spam-filter.ts';

export type WriteEvent = (outgoing: Outgoing, signal: AbortSignal) => Promise<void>;

const MAX_REMEMBERED = 4_096;

/** Writes an event anew, or counts it up where it was written before. */
export function createEventWriter(
  events: Resource<KubeEvent>,
  reporter: Reporter,
  random: Random,
): WriteEvent {
  const written = new Map<string, { readonly ref: Ref; readonly count: number }>();
  const remember = (identity: string, ref: Ref, count: number): void => {
    written.delete(identity);
    written.set(identity, { ref, count });
    evictOldest(written, MAX_REMEMBERED);
  };

  return async (outgoing, signal) => {
    const { identity, lastAt, times } = outgoing;
    const countUp = async (ref: Ref, count: number): Promise<void> => {
      await events.mergePatch(ref, { count, lastTimestamp: toEventTime(lastAt) }, signal);
      remember(identity, ref, count);
    };
    // A second try at an event that is being made belongs to that event.
    const before = outgoing.made === undefined ? written.get(identity) : undefined;
    if (before !== undefined) {
      try {
        await countUp(before.ref, before.count + times);
        return;
      } catch (caught) {
        if (!isNotFound(caught)) throw caught;
        written.delete(identity); // the server deletes events after an hour
      }
    }
    outgoing.made ??= newEvent(outgoing.happening, outgoing, reporter, idOf(outgoing.firstAt, random));
    const { made } = outgoing;
    // First: when the answer is lost, the event may be there all the same.
    remember(identity, made.metadata, made.count);
    try {
      await events.create(made, signal);
    } catch (caught) {
      if (!isConflict(caught)) throw caught; // an earlier try got through
    }
    // It happened again between the tries.
    if (times > made.count) await countUp(made.metadata, times);
  };
}

/** As client-go names events, by the time; the random part tells those of one millisecond apart. */
function idOf(at: Date, random: Random): string {
  const noise = Math.floor(random() * 0x1_0000_0000);
  return `${at.getTime().toString(16)}${noise.toString(16).padStart(8, '0')}`;
}
