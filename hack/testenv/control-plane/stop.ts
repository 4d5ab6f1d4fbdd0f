import { existsSync, realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, ownedBy, signalProcess } from './proc.ts';
import type { ProcessId } from './proc.ts';
import { readState } from './state.ts';

const POLL_MS = 20;
// kube-apiserver would take two seconds to say goodbye; etcd, the only one with something to lose, is quick.
const GRACE_MS = 400;

/** The living processes of the control plane in `dir`, whoever started them and whatever became of it. */
export function running(dir: string): readonly ProcessId[] {
  if (!existsSync(dir)) return [];
  // The record may lack what was started just before the starter was killed; their environment does not lie.
  const found = [...readState(dir).processes, ...ownedBy(realpathSync(dir))].filter(isAlive);
  return [...new Map(found.map((id) => [id.pid, id])).values()];
}

/** Ends the control plane in `dir`, and no other process. Nothing running is no error. */
export async function stop(dir: string): Promise<void> {
  const processes = running(dir);
  for (const id of processes) signalProcess(id, 'SIGTERM');
  const deadline = performance.now() + GRACE_MS;
  while (processes.some(isAlive) && performance.now() < deadline) await delay(POLL_MS);
  for (const id of processes) signalProcess(id, 'SIGKILL');
  while (processes.some(isAlive)) await delay(POLL_MS);
}
