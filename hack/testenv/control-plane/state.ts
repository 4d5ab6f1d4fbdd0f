import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessId } from './proc.ts';

/** What DIR/state.json holds: which processes are ours, and the port to take again at the next start. */
export interface State {
  readonly port?: number;
  readonly processes: readonly (ProcessId & { readonly name: string })[];
}

export function readState(dir: string): State {
  const path = join(dir, 'state.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as State) : { processes: [] };
}

export function writeState(dir: string, state: State): void {
  const path = join(dir, 'state.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
