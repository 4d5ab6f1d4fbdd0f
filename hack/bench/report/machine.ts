import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Machine } from './run.ts';

/** What the figures of a run depend on. */
export async function machine(helm: string, pinned: string | undefined): Promise<Machine> {
  const { stdout } = await promisify(execFile)(helm, ['version', '--template', '{{.Version}}']);
  return {
    cores: availableParallelism(),
    memory: totalmem(),
    ...(pinned === undefined ? {} : { pinned }),
    node: process.version,
    helm: stdout.trim(),
  };
}
