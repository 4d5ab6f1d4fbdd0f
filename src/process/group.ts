import { setTimeout as sleep } from 'node:timers/promises';
import { isGroupAlive } from './proc.ts';

const GRACE_MS = 1_000;
const LOOK_EVERY_MS = 20;

/**
 * Ends whatever is left of a process group once its leader is gone, so that no grandchild lives on without an owner:
 * SIGTERM, at most a second, SIGKILL. Costs one system call when nothing is left, as always with git and helm.
 */
export async function endGroup(leader: number): Promise<void> {
  if (!signalGroup(leader, 'SIGTERM')) return;
  const tries = GRACE_MS / LOOK_EVERY_MS;
  for (let at = 0; at < tries; at += 1) {
    // Not by signal 0: in a container without an init the dead are never reaped, and would be waited for.
    if (!(await isGroupAlive(leader))) return;
    await sleep(LOOK_EVERY_MS);
  }
  signalGroup(leader, 'SIGKILL');
}

/** False when the group has no member left. */
function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
