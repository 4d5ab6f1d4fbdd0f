import { FairLine, type Turn } from './fair-line.ts';
import type { MemoryRoom } from './memory-room.ts';

/** What one who wants to be let in will need, and when it is its turn. */
export interface Claim extends Turn {
  /** Memory that it will take. */
  readonly bytes: number;
}

export interface AdmissionOptions {
  /** How many may be in at a time. One always may, however little memory there is. */
  readonly size: number;
  readonly room: MemoryRoom;
  /** Somebody has to wait although there is a place. */
  readonly onLack?: (why: string) => void;
}

export interface Admission {
  readonly size: number;
  readonly inUse: number;
  readonly waiting: number;
  /** Waits for its turn. Aborting gives the waiting up; once `fn` runs it is the caller's own. */
  run<T>(claim: Claim, signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: (ended: () => void) => void;
}

const LOOK_EVERY_MS = 250;

/** Lets in as many as there are places and memory for. */
export function createAdmission({ size, room, onLack }: AdmissionOptions): Admission {
  const line = new FairLine<Waiter>();
  let inUse = 0;
  let looking: NodeJS.Timeout | undefined;

  function admitNext(): void {
    clearTimeout(looking);
    for (let next = line.next(); next !== undefined && inUse < size; next = line.next()) {
      const lack = inUse === 0 ? undefined : room.lack(next.bytes);
      if (lack !== undefined) {
        onLack?.(lack);
        looking = setTimeout(admitNext, LOOK_EVERY_MS);
        return;
      }
      line.shift();
      inUse += 1;
      next.admit(room.started(next.bytes));
    }
  }

  function enter(claim: Claim, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        bytes: claim.bytes,
        admit: (ended) => {
          signal.removeEventListener('abort', giveUp);
          resolve(ended);
        },
      };
      const giveUp = (): void => {
        line.delete(claim, waiter);
        if (line.size === 0) clearTimeout(looking);
        reject(signal.reason as Error);
      };
      line.put(claim, waiter);
      signal.addEventListener('abort', giveUp, { once: true });
      admitNext();
    });
  }

  return {
    size,
    get inUse() {
      return inUse;
    },
    get waiting() {
      return line.size;
    },
    run: async (claim, signal, fn) => {
      const ended = await enter(claim, signal);
      try {
        return await fn();
      } finally {
        ended();
        inUse -= 1;
        admitNext();
      }
    },
  };
}
