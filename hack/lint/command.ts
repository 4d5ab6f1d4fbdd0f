import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export interface CommandEnd {
  readonly ok: boolean;
  readonly seconds: number;
  /** What it wrote to both its outputs, in order; empty if it wrote to ours. */
  readonly output: string;
}

/** npm may run on another Node than the pinned one: whatever we start finds that one first. */
const PATH = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`;

/** Runs a program from the root of the repository. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { output }: { output: 'keep' | 'show' },
): Promise<CommandEnd> {
  const start = performance.now();
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: output === 'show' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once('error', (error) => {
    text += `${error.message}\n`;
    resolve(false);
  });
  child.once('close', (code) => resolve(code === 0));
  const ok = await promise;
  return { ok, output: text, seconds: (performance.now() - start) / 1000 };
}
