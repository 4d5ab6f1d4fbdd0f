import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** A process that cannot be mistaken for a later one with the same number: also not after a reboot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start. */
  readonly startTime: string;
  /** First eight digits of the kernel's boot id. */
  readonly boot: string;
}

export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const [startTime, boot] = await Promise.all([startTimeOf(pid), bootId()]);
  return startTime === undefined ? undefined : { pid, startTime, boot };
}

/** True while that very process runs. One that only waits to be reaped by its parent does not. */
export async function isAlive({ pid, startTime, boot }: ProcessIdentity): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime && (await bootId()) === boot;
}

/** Running processes of this user whose environment holds `entry` ('NAME=value'), ourselves excepted. */
export async function processesWith(entry: string): Promise<readonly ProcessIdentity[]> {
  const found = await Promise.all(
    (await allPids()).map(async (pid) => {
      if (pid === process.pid || !(await environmentOf(pid)).includes(entry)) return undefined;
      return identityOf(pid);
    }),
  );
  return found.filter((identity) => identity !== undefined);
}

async function environmentOf(pid: number): Promise<readonly string[]> {
  // Other users' processes cannot be read, others end while we look: neither is ours.
  const text = await readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => '');
  return text.split('\0');
}

/**
 * True while the process group has a member that runs. Looks without waiting: what is in /proc is in memory, and a thread
 * that reads it costs ten times as much.
 */
export function isGroupAlive(group: number): boolean {
  return groupMembers(group).length > 0;
}

/** The running processes of a group; looks as isGroupAlive does. */
export function groupMembers(group: number): readonly number[] {
  return pidsIn(readdirSync('/proc')).filter((pid) => {
    const stat = statNow(pid);
    return stat?.group === group && stat.running;
  });
}

function statNow(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(statFileOf(pid), 'utf8'));
  } catch {
    return undefined; // it ended in between
  }
}

async function allPids(): Promise<readonly number[]> {
  return pidsIn(await readdir('/proc'));
}

function pidsIn(names: readonly string[]): readonly number[] {
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await statOf(pid);
  return stat?.running === true ? stat.startTime : undefined;
}

interface Stat {
  /** False for one that only waits to be reaped by its parent. */
  readonly running: boolean;
  readonly group: number;
  readonly startTime: string | undefined;
}

async function statOf(pid: number): Promise<Stat | undefined> {
  const stat = await readFile(statFileOf(pid), 'utf8').catch(() => undefined);
  return stat === undefined ? undefined : parseStat(stat);
}

function statFileOf(pid: number): string {
  return `/proc/${String(pid)}/stat`;
}

function parseStat(stat: string): Stat {
  // The second field is the program's name in parentheses and may hold anything, parentheses included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { running: !/^[ZX]/.test(fields[0] ?? 'X'), group: Number(fields[2]), startTime: fields[19] };
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).slice(0, 8);
}
