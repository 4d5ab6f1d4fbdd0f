import { execa } from 'execa';

export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs a program to its end and gives its standard output; fails with what it said on standard error. */
export async function run(
  file: string,
  args: readonly string[],
  settings: RunSettings = {},
): Promise<string> {
  const result = await execa(file, args, {
    ...settings,
    reject: false,
    stdin: settings.input === undefined ? 'ignore' : 'pipe',
  });
  if (result.failed) {
    throw new Error(`${file} ${args.join(' ')} failed: ${result.stderr || result.shortMessage}`);
  }
  return result.stdout;
}
