import { readdirSync, readFileSync } from 'node:fs';

/** Processes that a process started, and that these did, as far as they live. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)]),
  );
  const children = (of: number): readonly number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([one]) => [one, ...children(one)]);
  return children(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}
