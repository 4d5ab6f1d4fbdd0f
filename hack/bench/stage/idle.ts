import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf } from '../measure/processes.ts';
import type { Plane } from './plane.ts';

const QUIET_CPU_SECONDS = 0.15;
const QUIET_ROUNDS = 3;
const TIMEOUT_MS = 900_000;

/** The control plane goes on for a while with what it was given: descriptions of kinds, ReplicaSets, endpoints. */
export async function untilIdle({ pids }: Plane): Promise<void> {
  const busy = [pids['kube-apiserver'] ?? 0, pids['kube-controller-manager'] ?? 0];
  const used = (): number => busy.reduce((sum, pid) => sum + cpuOf(pid).own, 0);
  const deadline = performance.now() + TIMEOUT_MS;
  for (let quiet = 0; quiet < QUIET_ROUNDS;) {
    if (performance.now() > deadline) throw new Error('the control plane does not come to rest');
    const before = used();
    await sleep(1_000);
    quiet = used() - before < QUIET_CPU_SECONDS ? quiet + 1 : 0;
  }
}
