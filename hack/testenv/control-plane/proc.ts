import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for another: Linux gives a pid again, but never with the same start time. */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

/** The environment variable by which processes of a control plane are found, also after their starter was killed. */
export const OWNER_VARIABLE = 'HELM_RELEASE_OPERATOR_TESTENV';

/** When the process began, in clock ticks since boot; undefined once it is gone. A zombie is gone. */
export function startTimeOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in brackets and may hold spaces and brackets itself.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : rest[18];
}

export function isAlive(id: ProcessId): boolean {
  return startTimeOf(id.pid) === id.startTime;
}

/** Every living process whose environment names this owner. */
export function ownedBy(owner: string): readonly ProcessId[] {
  const marker = `${OWNER_VARIABLE}=${owner}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => read(`/proc/${entry}/environ`)?.split('\0').includes(marker) === true)
    .flatMap((entry) => {
      const startTime = startTimeOf(Number(entry));
      return startTime === undefined ? [] : [{ pid: Number(entry), startTime }];
    });
}

/** Sends a signal to exactly this process; false when it is gone already. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
