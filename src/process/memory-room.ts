import type { Clock } from '../telemetry/clock.ts';
import type { MemoryState } from './memory.ts';

/** Whether the machine has memory for one more process. */
export interface MemoryRoom {
  /** Why there is none for a process of that size, or undefined. */
  lack(bytes: number): string | undefined;
  /** A process of that size is about to be started; to be told when it has ended. */
  started(bytes: number): () => void;
}

export interface MemoryRoomOptions {
  readonly read: () => MemoryState;
  readonly clock: Clock;
}

/** By then a process was started and has the memory that it needs, and is no longer to be added to what the kernel tells. */
const GROWS_FOR_MS = 5_000;
/** Above it, more processes would only wait for each other's pages. */
const MAX_PRESSURE = 20;

export function createMemoryRoom({ read, clock }: MemoryRoomOptions): MemoryRoom {
  let young: readonly { readonly at: number; readonly bytes: number }[] = [];

  function growing(): typeof young {
    const since = clock.monotonicMs() - GROWS_FOR_MS;
    young = young.filter(({ at }) => at > since);
    return young;
  }

  return {
    lack: (bytes) => {
      const { freeBytes, pressure } = read();
      if (pressure > MAX_PRESSURE)
        return `processes wait for memory ${String(Math.round(pressure))} % of the time`;
      const free = (freeBytes ?? Infinity) - growing().reduce((sum, each) => sum + each.bytes, 0);
      return free < bytes
        ? `${megabytes(Math.max(free, 0))} of memory are free, and it takes ${megabytes(bytes)}`
        : undefined;
    },
    started: (bytes) => {
      const one = { at: clock.monotonicMs(), bytes };
      young = [...growing(), one];
      return () => {
        young = young.filter((each) => each !== one);
      };
    },
  };
}

function megabytes(bytes: number): string {
  return `${String(Math.round(bytes / 1e6))} MB`;
}
