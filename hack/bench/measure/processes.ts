import { readdirSync, readFileSync } from 'node:fs';

/** The unit of /proc/PID/stat on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface CpuSeconds {
  /** Of the processes themselves. */
  readonly own: number;
  /** Of all that they have started, whether it has ended or not. */
  readonly children: number;
}

export const NO_CPU: CpuSeconds = { own: 0, children: 0 };

/** What a process has used so far; nothing for one that is gone. */
export function cpuOf(pid: number): CpuSeconds {
  const { own, children } = ownAndEnded(pid);
  const living = familyOf(pid).map(ownAndEnded);
  return { own, children: living.reduce((sum, each) => sum + each.own + each.children, children) };
}

/** The children of a process, theirs, and so on; of those that live now. */
export function familyOf(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    read(`/proc/${String(pid)}/task/${thread}/children`)
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return children.flatMap((child) => [child, ...familyOf(child)]);
}

/** The proportional share of memory: what several processes use together is counted once. */
export function pssOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${String(pid)}/smaps_rollup`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** The first 15 characters of the program's file name. */
export function nameOf(pid: number): string {
  return read(`/proc/${String(pid)}/comm`).trimEnd();
}

export function descriptorsOf(pid: number): number {
  return list(`/proc/${String(pid)}/fd`).length;
}

function threadsOf(pid: number): readonly string[] {
  return list(`/proc/${String(pid)}/task`);
}

function ownAndEnded(pid: number): CpuSeconds {
  const stat = read(`/proc/${String(pid)}/stat`);
  if (stat === '') return NO_CPU;
  // The name in parentheses may hold spaces; the fields after it are numbered from 3 in proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (field: number): number => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return { own: seconds(14) + seconds(15), children: seconds(16) + seconds(17) };
}

/** Empty for what is gone, which any process may be at any time. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
