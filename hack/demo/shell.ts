import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { StepFailed } from './step-failed.ts';
import type { Screen } from './screen.ts';

export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Both outputs, in the order in which they came. */
  readonly output: string;
}

const KILL_GRACE_MS = 2_000;

/**
 * The terminal in which the demo types. What it shows is what it runs, by `sh -c`, with the folder and the variables
 * of the commands before: a person who types the same lines gets the same.
 */
export class Shell {
  #cwd: string;
  #env: Record<string, string>;
  readonly #screen: Screen;
  readonly #signal: AbortSignal;

  constructor({ cwd, env, screen, signal }: ShellOptions) {
    this.#cwd = cwd;
    this.#env = { ...env };
    this.#screen = screen;
    this.#signal = signal;
  }

  /** Shows a command, runs it and shows what it says; a failure of the command is one of the step. */
  async show(command: string): Promise<string> {
    this.#screen.command(command);
    const { exitCode, stdout, output } = await this.run(command);
    this.#screen.output(output);
    if (exitCode !== 0) throw new StepFailed(`"${command}" ended with exit code ${String(exitCode)}`);
    return stdout;
  }

  /** Runs a command unseen, to check what was shown. */
  async ask(command: string, signal: AbortSignal = this.#signal): Promise<string> {
    const { exitCode, stdout, output } = await this.run(command, signal);
    if (exitCode !== 0) throw new StepFailed(`"${command}" failed: ${output.trim()}`);
    return stdout;
  }

  /** Runs a command to its end, or to the end of it and its children when the signal aborts. */
  async run(command: string, signal: AbortSignal = this.#signal): Promise<Ran> {
    signal.throwIfAborted();
    const child = this.spawn(command);
    const stop = (): void => {
      endGroup(child, 'SIGTERM');
    };
    signal.addEventListener('abort', stop);
    let stdout = '';
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    try {
      const exitCode = await closed(child);
      signal.throwIfAborted();
      return { exitCode, stdout, output };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Starts a command in a process group of its own: a Ctrl-C at the terminal is ours to answer, not the command's. */
  spawn(command: string): ChildProcess {
    return spawn('sh', ['-c', command], {
      cwd: this.#cwd,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  cd(folder: string): void {
    this.#screen.command(`cd ${folder}`);
    this.#cwd = this.#expanded(folder);
  }

  /** Sets variables for the commands that follow; `$NAME` in a value is what was set before. */
  export(variables: Readonly<Record<string, string>>): void {
    const words = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
    this.#screen.command(`export ${words.join(' ')}`);
    for (const [name, value] of Object.entries(variables)) {
      this.#env[name] = this.#expanded(value);
    }
  }

  #expanded(text: string): string {
    return text.replace(/\$([A-Z]+)/g, (_, name: string) => this.#env[name] ?? '');
  }
}

/** Ends a child and its own children; SIGKILL for those that do not go. Resolves when the child is gone. */
export async function end(child: ChildProcess, graceMs = KILL_GRACE_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = closed(child);
  endGroup(child, 'SIGTERM');
  const timer = setTimeout(() => {
    endGroup(child, 'SIGKILL');
  }, graceMs);
  await gone;
  clearTimeout(timer);
}

/** A word for `sh`: as it is where that is safe, and where a variable is meant. */
function quoted(word: string): string {
  return /^[\w.,:@%+=/$-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
