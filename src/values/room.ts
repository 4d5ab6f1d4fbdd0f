import { parseKey } from '../api/metadata.ts';
import { createWeightedSemaphore } from '../process/weighted-semaphore.ts';
import type { Values } from './compose.ts';
import { RoomError } from './room-error.ts';

/** Values that take up room until they are disposed of. */
export interface HeldValues extends Disposable {
  readonly values: Values;
}

/** Bounds how much there is at a time of all values that passes work with. */
export interface ValuesRoom {
  /**
   * Composes values of at most the bytes that it is told: `compose` throws a RoomError with their size for more, and is
   * then called again when there is room, by turns of the namespaces. Small ones never wait. `key` says whose they are, to
   * know how large they were the last time.
   */
  hold(key: string, options: HoldOptions): Promise<HeldValues>;
}

export interface HoldOptions {
  readonly compose: (maxBytes: number) => Promise<Values>;
  /** Called around waiting, which may take as long as others need for a helm run. */
  readonly pause: () => () => void;
  readonly signal: AbortSignal;
}

/**
 * Of the documents as they are stored; parsed they take many times as much. Those of one release may be more: then it is
 * the only one.
 */
const ROOM_BYTES = 16 * 1024 * 1024;
/** Values up to this size take no room: a thousand of them come to little. */
const SMALL_BYTES = 32 * 1024;
const MAX_REMEMBERED = 10_000;

export function createValuesRoom(roomBytes = ROOM_BYTES, smallBytes = SMALL_BYTES): ValuesRoom {
  const room = createWeightedSemaphore(roomBytes);
  /** Of large ones: so that they are not read in vain. */
  const sizes = new Map<string, number>();

  function remember(key: string, bytes: number): void {
    sizes.delete(key);
    if (bytes > smallBytes) sizes.set(key, bytes);
    const [oldest] = sizes.keys();
    if (sizes.size > MAX_REMEMBERED && oldest !== undefined) sizes.delete(oldest);
  }

  async function enter(party: string, bytes: number, { pause, signal }: HoldOptions): Promise<() => void> {
    if (bytes <= smallBytes) return () => undefined;
    const resume = pause();
    try {
      return await room.enter({ party, weight: bytes }, signal);
    } finally {
      resume();
    }
  }

  return {
    hold: async (key, options) => {
      const { namespace } = parseKey(key);
      for (let bytes = sizes.get(key) ?? smallBytes; ;) {
        const leave = await enter(namespace, bytes, options);
        try {
          const values = await options.compose(bytes);
          remember(key, bytesOf(values));
          return { values, [Symbol.dispose]: leave };
        } catch (caught) {
          leave();
          if (!(caught instanceof RoomError)) throw caught;
          // They may grow from one time to the next, but not for ever.
          bytes = Math.max(caught.bytes, 2 * bytes);
        }
      }
    },
  };
}

function bytesOf({ files }: Values): number {
  return files.reduce((sum, { content }) => sum + content.length, 0);
}
