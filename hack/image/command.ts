import { run } from '../testenv/tools/run.ts';

interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What to do if there is no such program. */
  readonly missing?: string;
}

const LAST_LINES = 15;

/** Runs a program to its end and gives what it wrote; if it fails, with its last words. */
export async function command(
  file: string,
  args: readonly string[],
  { missing, ...options }: CommandOptions,
): Promise<string> {
  const ran = await run(file, args, options);
  if (ran === undefined)
    throw new Error(`${file} cannot be run${missing === undefined ? '' : `: ${missing}`}`);
  if (ran.exitCode === 0) return ran.stdout;
  const words = (ran.stderr.trim() === '' ? ran.stdout : ran.stderr).trimEnd().split('\n').slice(-LAST_LINES);
  throw new Error(`${[file, ...args.slice(0, 2)].join(' ')} failed:\n${words.join('\n')}`);
}
