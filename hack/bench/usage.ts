import { readFile } from 'node:fs/promises';

/** The unit of /proc/PID/stat on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly ownSeconds: number;
  /** Of children that have ended. */
  readonly childSeconds: number;
  readonly residentBytes: number;
}

/** What a process and its ended children have used so far. */
export async function readUsage(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  // The name in parentheses may hold spaces; the fields after it are numbered from 3 in proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (field: number): number => Number(fields[field - 3]) / TICKS_PER_SECOND;
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return {
    ownSeconds: seconds(14) + seconds(15),
    childSeconds: seconds(16) + seconds(17),
    residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024,
  };
}
