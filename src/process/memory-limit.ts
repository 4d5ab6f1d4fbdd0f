import { readFileSync } from 'node:fs';
import { killGroup } from './group.ts';
import { groupMembers } from './proc.ts';

const LOOK_EVERY_MS = 100;

export interface MemoryLimit {
  /** The limit, once the group has been ended because of it. */
  readonly exceeded: () => number | undefined;
  readonly stop: () => void;
}

/** Ends a process group that takes more than `maxBytes` of memory; without a limit nothing is looked at. */
export function limitMemory(leader: number | undefined, maxBytes: number | undefined): MemoryLimit {
  if (leader === undefined || maxBytes === undefined) {
    return { exceeded: () => undefined, stop: () => undefined };
  }
  let exceeded: number | undefined;
  const watch = watchMemory(leader, maxBytes, () => {
    exceeded = maxBytes;
    killGroup(leader);
  });
  return {
    exceeded: () => exceeded,
    stop: () => {
      watch[Symbol.dispose]();
    },
  };
}

/**
 * Calls `onExceeded`, once, when a process group has more than `maxBytes` in memory. It is looked at ten times a second, so
 * a group may have somewhat more for that long: a limit for what goes wrong, and no wall. Disposing ends the looking.
 */
export function watchMemory(leader: number, maxBytes: number, onExceeded: () => void): Disposable {
  const timer = setInterval(() => {
    if (residentBytes(leader) <= maxBytes) return;
    clearInterval(timer);
    onExceeded();
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}

/** What all of a process group has in memory; pages that they share count for each. */
export function residentBytes(leader: number): number {
  return groupMembers(leader).reduce((sum, pid) => sum + residentOf(pid), 0);
}

/** From `status`, which is in kilobytes on every machine, where `statm` has pages of whatever size. */
function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it ended in between
  }
}
