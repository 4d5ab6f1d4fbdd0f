import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Looks until the answer is there; the limit only decides how long a failing test takes. */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(20);
  }
  throw new Error('it did not happen within ten seconds');
}

/** False also for a process that has ended and only waits for its parent to notice. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => ') X');
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Resolves once none of the processes runs. */
export async function ended(...pids: readonly number[]): Promise<void> {
  await eventually(async () => !(await Promise.all(pids.map(isRunning))).includes(true) || undefined);
}
