import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MemoryState {
  /** Bytes until the limit of the container or, without one, of the machine; undefined where nobody tells. */
  readonly freeBytes: number | undefined;
  /** Percent of the last ten seconds in which some process had to wait for memory (PSI); 0 where nobody tells. */
  readonly pressure: number;
}

export interface MemoryFiles {
  /** Where cgroup v2 is mounted: in a container that is the container's own. */
  readonly cgroup: string;
  readonly proc: string;
}

const FILES: MemoryFiles = { cgroup: '/sys/fs/cgroup', proc: '/proc' };

/** Reads a few small files of the kernel: about 50 µs, and never any disk. */
export function readMemory({ cgroup, proc }: MemoryFiles = FILES): MemoryState {
  const limit = Number(read(join(cgroup, 'memory.max')));
  const pressure = read(join(cgroup, 'memory.pressure')) ?? read(join(proc, 'pressure/memory')) ?? '';
  return {
    // "max" is not a number.
    freeBytes: Number.isFinite(limit) ? limit - usedIn(cgroup) : availableOn(proc),
    pressure: Number(/^some avg10=([\d.]+)/m.exec(pressure)?.[1] ?? 0),
  };
}

/** Pages of files that nobody has used lately are given back before anything is killed. */
function usedIn(cgroup: string): number {
  const idle = /^inactive_file (\d+)$/m.exec(read(join(cgroup, 'memory.stat')) ?? '')?.[1] ?? 0;
  return Number(read(join(cgroup, 'memory.current')) ?? 0) - Number(idle);
}

function availableOn(proc: string): number | undefined {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(read(join(proc, 'meminfo')) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not every kernel has each of them
  }
}
