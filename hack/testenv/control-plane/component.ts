import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNER_VARIABLE, startTimeOf } from './proc.ts';
import type { ProcessId } from './proc.ts';

/** One program of the control plane: what to run. */
export interface ComponentSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One program of the control plane, running or not any more. */
export interface Component extends ProcessId {
  readonly name: string;
  readonly log: string;
  /** Undefined while it runs; then one sentence with the end of its log. */
  failure(): string | undefined;
}

const LOG_TAIL_LINES = 15;

/** Starts a program of its own process group with its log in DIR/logs; it outlives us unless somebody ends it. */
export async function startComponent(dir: string, spec: ComponentSpec): Promise<Component> {
  const log = join(dir, 'logs', `${spec.name}.log`);
  const output = openSync(log, 'a', 0o600);
  const child = spawn(spec.file, spec.args, {
    cwd: dir,
    detached: true,
    stdio: ['ignore', output, output],
    env: { HOME: dir, PATH: '/usr/bin:/bin', ...spec.env, [OWNER_VARIABLE]: dir },
  });
  closeSync(output);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      reject(new Error(`${spec.name} could not be started`, { cause }));
    });
  });
  child.unref();
  const pid = child.pid ?? 0;
  const failure = (): string | undefined => {
    if (child.exitCode === null && child.signalCode === null) return undefined;
    return `${spec.name} ended with ${child.signalCode ?? `exit code ${String(child.exitCode)}`}:\n${tail(log)}`;
  };
  return { name: spec.name, log, pid, startTime: startTimeOf(pid) ?? 'gone', failure };
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
