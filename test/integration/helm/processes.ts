import { readdir, readFile } from 'node:fs/promises';

export interface Child {
  readonly pid: number;
  /** Arguments, each ended by a NUL. */
  readonly commandLine: string;
  readonly environment: string;
}

/** The processes that carry the mark of this work directory: what anybody on the machine could find out about them. */
export async function childrenOf(owner: string): Promise<readonly Child[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      commandLine: await read(`/proc/${pid}/cmdline`),
      environment: await read(`/proc/${pid}/environ`),
    })),
  );
  return all.filter(({ commandLine, environment }) => commandLine !== '' && environment.includes(owner));
}

/** Empty for a process that has gone meanwhile. */
async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
