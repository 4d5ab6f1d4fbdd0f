import { EventEmitter, once } from 'node:events';
import { formatTarget } from '../plan.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';

/** Tells those who wait that something happened to the objects of a release. */
export interface Changes {
  /** @param release `namespace/name`. */
  readonly tell: (release: string) => void;
  /** Whether there is a change before the signal is aborted; only what comes after the call counts. */
  readonly next: (target: ReleaseTarget, signal: AbortSignal) => Promise<boolean>;
}

export function createChanges(): Changes {
  const emitter = new EventEmitter();
  return {
    tell: (release) => {
      emitter.emit(release);
    },
    next: async (target, signal) => {
      try {
        await once(emitter, formatTarget(target), { signal });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
  };
}
