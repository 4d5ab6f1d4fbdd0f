import { readFileSync, readlinkSync } from 'node:fs';

/** The file that a process runs, as it is called in its own root. */
export function programOf(pid: number, root: string): string {
  const path = readlinkSync(`/proc/${String(pid)}/exe`);
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Real, effective, saved and file-system user. */
export function usersOf(pid: number): readonly number[] {
  return (field(pid, 'Uid') ?? '').split('\t').map(Number);
}

/** What it may do beyond its user, in hexadecimal, and whether it can never get more. */
export function privilegesOf(pid: number): { readonly effective: string; readonly isFinal: boolean } {
  return { effective: field(pid, 'CapEff') ?? '', isFinal: field(pid, 'NoNewPrivs') === '1' };
}

/** Where it could write if files let it, by path in its own root; the kernel's own file systems left out. */
export function writableMounts(pid: number): readonly string[] {
  return readFileSync(`/proc/${String(pid)}/mountinfo`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([, , , , path = '', options = '']) =>
        options.split(',').includes('rw') && !/^\/(proc|dev)\b/.test(path),
    )
    .map(([, , , , path = '']) => path);
}

function field(pid: number, name: string): string | undefined {
  return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
}
