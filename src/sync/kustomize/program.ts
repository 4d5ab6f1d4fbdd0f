import { findProgram } from '../../process/find-program.ts';
import type { Run } from '../../process/run.ts';

export type Program =
  { readonly kind: 'usable'; readonly path: string } | { readonly kind: 'unusable'; readonly why: string };

export interface ProgramOptions {
  readonly run: Run;
  readonly binary: string;
  /** Where a name without a slash is looked for, as in PATH: what runs it has none. */
  readonly searchPath: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The table of fields is that of this minor version: another may read files by fields that the table does not know. */
const VERSION = /^v?5\.8\.\d+$/;
const TIMEOUT_MS = 20_000;
const WAY_OUT = 'set --kustomize-binary to a kustomize 5.8';

/** Finds kustomize and asks it for its version, once it has answered well never again. */
export function createProgram(options: ProgramOptions): (signal: AbortSignal) => Promise<Program> {
  let known: Program | undefined;
  return async (signal) => {
    const program = known ?? (await look(options, signal));
    if (program.kind === 'usable') known = program;
    return program;
  };
}

async function look(options: ProgramOptions, signal: AbortSignal): Promise<Program> {
  const { run, binary, searchPath, cwd, env } = options;
  const unusable = (why: string): Program => ({ kind: 'unusable', why: `${why}: ${WAY_OUT}` });
  const path = await findProgram(binary, searchPath);
  if (path === undefined) return unusable(`there is no program ${binary} in ${searchPath}`);
  const result = await run(path, ['version'], { env, cwd, timeoutMs: TIMEOUT_MS, signal });
  if (result.kind !== 'done') return unusable(`${path} cannot be run, ${result.why}`);
  const version = result.stdout.trim().slice(0, 50);
  if (VERSION.test(version)) return { kind: 'usable', path };
  return unusable(`${path} is '${version}', and which files a kustomization names is known of 5.8`);
}
