import { setTimeout as sleep } from 'node:timers/promises';
import { isGroupAlive } from './proc.ts';

const GRACE_MS = 1_000;
const LOOK_EVERY_MS = 20;
/** Most of what is left has ended by then. */
const LOOK_CLOSELY_EVERY_MS = 100;

/**
 * Ends whatever is left of a process group once its leader is gone, so that no grandchild lives on without an owner:
 * SIGTERM, at most a second, SIGKILL. Costs one system call when nothing is left, as always with helm.
 */
export async function endGroup(leader: number): Promise<void> {
  if (!signalGroup(leader, 'SIGTERM')) return;
  for (let waitedMs = LOOK_EVERY_MS; waitedMs <= GRACE_MS; waitedMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    if (!signalGroup(leader, 0)) return;
    // In a container without an init the dead are never reaped, and would be waited for. All of /proc is read for that.
    if (waitedMs % LOOK_CLOSELY_EVERY_MS === 0 && !isGroupAlive(leader)) return;
  }
  signalGroup(leader, 'SIGKILL');
}

/** Asks all of a process group to end. */
export function stopGroup(leader: number): void {
  signalGroup(leader, 'SIGTERM');
}

/** Ends all of a process group at once. */
export function killGroup(leader: number): void {
  signalGroup(leader, 'SIGKILL');
}

/** False when the group has no member left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
