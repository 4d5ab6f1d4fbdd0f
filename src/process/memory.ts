import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MemoryState {
  /** Bytes until the limit of the container or of the machine, whichever is nearer; undefined where nobody tells. */
  readonly freeBytes: number | undefined;
  /** Percent of the last ten seconds in which some process had to wait for memory (PSI); 0 where nobody tells. */
  readonly pressure: number;
}

export interface MemoryFiles {
  /** Where control groups are mounted, version 2 or 1: in a container those are the container's own. */
  readonly cgroup: string;
  readonly proc: string;
}

const FILES: MemoryFiles = { cgroup: '/sys/fs/cgroup', proc: '/proc' };

/** Reads a few small files of the kernel: about 50 µs, and never any disk. */
export function readMemory({ cgroup, proc }: MemoryFiles = FILES): MemoryState {
  const pressure = read(join(cgroup, 'memory.pressure')) ?? read(join(proc, 'pressure/memory')) ?? '';
  return {
    freeBytes: smaller(leftIn(cgroup, V2) ?? leftIn(join(cgroup, 'memory'), V1), availableOn(proc)),
    pressure: Number(/^some avg10=([\d.]+)/m.exec(pressure)?.[1] ?? 0),
  };
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

interface Names {
  readonly limit: string;
  readonly used: string;
  /** What the kernel takes back before it kills anything: pages of files and its own caches. */
  readonly spare: readonly string[];
}

const V2: Names = {
  limit: 'memory.max',
  used: 'memory.current',
  spare: ['inactive_file', 'active_file', 'slab_reclaimable'],
};
const V1: Names = {
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  spare: ['total_inactive_file', 'total_active_file'],
};
/** Version 1 says so where it has no limit. */
const NO_LIMIT = 2 ** 62;

function leftIn(cgroup: string, { limit: limitFile, used, spare }: Names): number | undefined {
  const limit = Number(read(join(cgroup, limitFile)));
  // "max" is not a number.
  if (!Number.isFinite(limit) || limit >= NO_LIMIT) return undefined;
  const stat = read(join(cgroup, 'memory.stat')) ?? '';
  const spared = spare.map((name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0));
  return limit - Number(read(join(cgroup, used)) ?? 0) + spared.reduce((sum, bytes) => sum + bytes, 0);
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
