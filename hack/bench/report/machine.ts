import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Machine } from './run.ts';

/** What the person who runs it gave to all that is measured, and what ours is started with. */
interface Given {
  readonly pinned: string | undefined;
  readonly flags: string | undefined;
}

/** What the figures of a run depend on. */
export async function machine(helm: string, { pinned, flags }: Given): Promise<Machine> {
  const { stdout } = await promisify(execFile)(helm, ['version', '--template', '{{.Version}}']);
  return {
    cores: availableParallelism(),
    memory: totalmem(),
    ...(pinned === undefined ? {} : { pinned }),
    node: process.version,
    ...(flags === undefined ? {} : { flags }),
    helm: stdout.trim(),
  };
}
