import { spawn } from 'node:child_process';

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly onStderr?: (text: string) => void;
}

/** Runs a program to its end; undefined when it cannot be started. */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ran | undefined> {
  return new Promise((resolve) => {
    const { env, cwd, timeoutMs } = options;
    const child = spawn(file, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(text);
    });
    child.once('error', () => {
      resolve(undefined);
    });
    child.once('close', (exitCode) => {
      resolve({ exitCode: exitCode ?? undefined, stdout, stderr });
    });
  });
}
