import { join } from 'node:path';
import { coerce, gte, lt } from 'semver';
import { OperatorError } from '../api/errors.ts';
import { findProgram, isExecutable } from '../process/find-program.ts';
import type { Run, RunResult } from '../process/run.ts';

/** The helm program that this operator runs. */
export interface HelmBinary {
  readonly path: string;
  /** Without the v: 4.3.1. */
  readonly version: string;
  readonly major: 3 | 4;
}

/** Nothing can be released with the program that was named. Ends the start of the operator. */
export class HelmBinaryError extends OperatorError {
  readonly reason = 'HelmBinary';
  readonly retry = 'after-change';
}

export interface DetectOptions {
  /** Where a name without a slash is looked for, as in PATH. */
  readonly searchPath: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

const OLDEST = { 3: '3.18.0', 4: '4.1.4' } as const;
const TIMEOUT_MS = 20_000;
const WAY_OUT = 'set --helm-binary to a helm 3.18 or newer, or a helm 4.1.4 or newer';

/** Finds the program and asks it once for its version; everything else that depends on it is decided from that. */
export async function detectHelm(run: Run, file: string, options: DetectOptions): Promise<HelmBinary> {
  const path = await findProgram(file, options.searchPath);
  if (path === undefined || !(await isExecutable(path))) {
    const where = file.includes('/') ? '' : ` in ${options.searchPath || 'an empty PATH'}`;
    throw new HelmBinaryError(`there is no program ${file}${where}; ${WAY_OUT}`);
  }
  const result = await run(path, ['version', '--template', '{{.Version}}'], {
    env: { PATH: '/usr/bin:/bin', HOME: options.cwd, HELM_PLUGINS: join(options.cwd, 'no-plugins') },
    cwd: options.cwd,
    timeoutMs: TIMEOUT_MS,
    signal: options.signal,
  });
  const version = versionIn(result);
  if (version === undefined) {
    throw new HelmBinaryError(`${path} is not helm: ${whatItDid(result)}; ${WAY_OUT}`);
  }
  return { path, ...checked(path, version) };
}

/** Whether the program is of this version or a newer one. */
export function isAtLeast({ version }: Pick<HelmBinary, 'version'>, wanted: string): boolean {
  return gte(coerce(version) ?? '0.0.0', wanted);
}

function versionIn(result: RunResult): string | undefined {
  if (result.kind !== 'done') return undefined;
  return /^v(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?)(?:\+\S*)?$/.exec(result.stdout.trim())?.[1];
}

function whatItDid(result: RunResult): string {
  if (result.kind === 'done') return 'asked for its version, it answered something else';
  return `asked for its version, it ${result.kind === 'failed' ? result.why : `did not start: ${result.why}`}`;
}

function checked(path: string, version: string): Pick<HelmBinary, 'version' | 'major'> {
  const number = coerce(version);
  const major = number?.major;
  if (number === null || (major !== 3 && major !== 4)) {
    throw new HelmBinaryError(`${path} is helm ${version}, of a kind that is not known here; ${WAY_OUT}`);
  }
  if (lt(number, OLDEST[major])) {
    throw new HelmBinaryError(`${path} is helm ${version}, which is too old; ${WAY_OUT}`);
  }
  return { version, major };
}
