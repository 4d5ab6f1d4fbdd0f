import { readdirSync, readFileSync } from 'node:fs';
import { OWNER_VARIABLE } from '../../src/process/leftovers.ts';

/** A process that an operator started, found as the operator itself would find it: by its environment. */
export interface OperatorChild {
  readonly pid: number;
  /** The folder of the operator that started it. */
  readonly owner: string;
  /** Empty for one that is dead. */
  readonly command: string;
}

/** Children of all operators that have lived in a work directory. All at once: none can get away in between. */
export function childrenOf(workDir: string): readonly OperatorChild[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const owner = ownerOf(name);
      return owner?.startsWith(`${workDir}/`) === true
        ? [{ pid: Number(name), owner, command: commandOf(name) }]
        : [];
    });
}

export function signalAll(children: readonly OperatorChild[], signal: NodeJS.Signals): void {
  for (const { pid } of children) {
    try {
      process.kill(pid, signal);
    } catch {
      // It was faster.
    }
  }
}

function ownerOf(pid: string): string | undefined {
  const prefix = `${OWNER_VARIABLE}=`;
  const entry = environmentOf(pid).find((each) => each.startsWith(prefix));
  return entry?.slice(prefix.length);
}

/** Empty for those that are gone, and for dead ones that nobody has reaped yet. */
function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
