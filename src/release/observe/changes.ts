import type { ReleaseTarget } from '../../api/release-name.ts';
import { formatTarget } from '../plan.ts';

/** Tells those who wait that something happened to the objects of a release. */
export interface Changes {
  /** @param release `namespace/name`. */
  readonly tell: (release: string) => void;
  /** Whether there is a change before the signal is aborted; only what comes after the call counts. */
  readonly next: (target: ReleaseTarget, signal: AbortSignal) => Promise<boolean>;
}

export function createChanges(): Changes {
  const waiting = new Map<string, Set<(changed: boolean) => void>>();
  return {
    tell: (release) => {
      for (const end of waiting.get(release) ?? []) end(true);
    },
    next: (target, signal) => {
      if (signal.aborted) return Promise.resolve(false);
      const key = formatTarget(target);
      const those = waiting.get(key) ?? new Set();
      waiting.set(key, those);
      return new Promise((resolve) => {
        const end = (changed: boolean): void => {
          signal.removeEventListener('abort', abort);
          those.delete(end);
          if (those.size === 0) waiting.delete(key);
          resolve(changed);
        };
        const abort = (): void => {
          end(false);
        };
        those.add(end);
        signal.addEventListener('abort', abort, { once: true });
      });
    },
  };
}
