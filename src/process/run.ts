import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { access, type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, explainEnd, explainNoStart } from './explain.ts';
import { endGroup } from './group.ts';
import { OWNER_VARIABLE } from './leftovers.ts';
import { limitMemory } from './memory-limit.ts';

export interface RunOptions {
  /** All that the child may see: nothing is inherited from this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Aborting ends the child (SIGTERM, grace, SIGKILL); run() then rejects with the signal's reason, once it is gone. */
  readonly signal: AbortSignal;
  /** Without it the child's standard input is empty. */
  readonly input?: string | Buffer;
  /** Per stream. More than that ends the child and is a failure. */
  readonly maxOutputBytes?: number;
  /** Of the child and what it starts, together. More than that ends them, without a grace, and is a failure. */
  readonly maxMemoryBytes?: number;
  /** From SIGTERM to SIGKILL. */
  readonly killGraceMs?: number;
  /** `buffer` fills `stdoutBytes` and leaves `stdout` empty: for output that is not text. */
  readonly encoding?: 'utf8' | 'buffer';
}

export type RunResult =
  | {
      readonly kind: 'done';
      readonly stdout: string;
      readonly stdoutBytes: Buffer;
      readonly stderr: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly exitCode: number | undefined;
      readonly signal: string | undefined;
      readonly stdout: string;
      readonly stderr: string;
      readonly durationMs: number;
      readonly timedOut?: true;
      /** One sentence without arguments or output: 'did not finish in 20 s', 'ended with exit code 1'. */
      readonly why: string;
    }
  | { readonly kind: 'not-started'; readonly why: string };

/** A port: production passes what createRun() made, tests pass a function that answers from a table. */
export type Run = (file: string, args: readonly string[], options: RunOptions) => Promise<RunResult>;

export interface RunSettings {
  /** Path of the work directory that owns the children: a later process finds those that outlived us by it. */
  readonly owner: string;
  /** Told of each process group by its leader; what it returns is called when the group has ended. */
  readonly onStart?: (leader: number) => () => void;
}

/** Helm marks its release failed on SIGTERM; a SIGKILL before that leaves it pending for ever. */
const KILL_GRACE_MS = 30_000;
const MAX_OUTPUT_BYTES = 20_000_000;
const NO_BYTES = Buffer.alloc(0);

/**
 * Runs a child in a process group of its own, without a shell. What the child may hold in its arguments never gets into
 * a result: execa's messages quote them, so none of those are used.
 */
export function createRun(settings: RunSettings): Run {
  return async (file, args, options) => {
    options.signal.throwIfAborted();
    const { isCanceled, result } = await runOnce(settings, file, args, options);
    if (isCanceled) options.signal.throwIfAborted();
    return result;
  };
}

async function runOnce(
  { owner, onStart }: RunSettings,
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<{ isCanceled: boolean; result: RunResult }> {
  const { env, cwd, timeoutMs, signal, input, encoding = 'utf8' } = options;
  const maxOutputBytes = options.maxOutputBytes ?? MAX_OUTPUT_BYTES;
  if ([file, ...args, cwd, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    // execa would throw an error that quotes them
    return { isCanceled: false, result: { kind: 'not-started', why: 'its arguments hold a NUL character' } };
  }
  const opened = input === undefined ? undefined : await openInput(owner, input).catch(asNoStart);
  if (opened !== undefined && 'why' in opened) return { isCanceled: false, result: opened };
  await using stdin = opened;
  const child = execa(file, args, {
    cwd,
    env: { ...env, [OWNER_VARIABLE]: owner },
    extendEnv: false,
    timeout: timeoutMs,
    cancelSignal: signal,
    killSignal: 'SIGTERM',
    killDescendants: true, // a process group of its own, and signals to all of it
    forceKillAfterDelay: options.killGraceMs ?? KILL_GRACE_MS,
    encoding: 'buffer', // so that maxBuffer counts bytes
    maxBuffer: maxOutputBytes,
    stripFinalNewline: false,
    reject: false, // failures come back as flags
    // execa takes any file descriptor; its types name only the first ones.
    stdin: stdin === undefined ? 'ignore' : (stdin.fd as 3),
  });
  const memory = limitMemory(child.pid, options.maxMemoryBytes);
  const onEnd = child.pid === undefined ? undefined : onStart?.(child.pid);
  const ended = await child.finally(memory.stop);
  if (child.pid === undefined) {
    const why = explainNoStart(ended.code, await exists(cwd));
    return { isCanceled: ended.isCanceled, result: { kind: 'not-started', why } };
  }
  await endGroup(child.pid);
  onEnd?.();
  const limits = { timeoutMs, maxOutputBytes, encoding };
  return { isCanceled: ended.isCanceled, result: resultOf(ended, memory.exceeded(), limits) };
}

/**
 * Standard input is complete before the child starts. Through a pipe a child whose starter is killed takes the part that
 * got there, or nothing, for all there is: helm would deploy a release without its values and mark it as done. The file
 * has no name, so nobody else reads it and nothing is left of it.
 */
async function openInput(owner: string, input: string | Buffer): Promise<FileHandle> {
  const path = join(owner, `input-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    const bytes = Buffer.from(input);
    // By position, which leaves the child's own at the start.
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, undefined, at)).bytesWritten;
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function asNoStart(error: unknown): Extract<RunResult, { kind: 'not-started' }> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return { kind: 'not-started', why: `its input cannot be written down (${code})` };
}

interface Limits {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly encoding: 'utf8' | 'buffer';
}

interface Outcome extends Ended {
  readonly failed: boolean;
  readonly stdout: Uint8Array | undefined;
  readonly stderr: Uint8Array | undefined;
  readonly durationMs: number;
}

function resultOf(ended: Outcome, overMemory: number | undefined, limits: Limits): RunResult {
  const bytes = asBuffer(ended.stdout);
  const binary = limits.encoding === 'buffer';
  const stdout = binary ? '' : bytes.toString('utf8');
  const stderr = asBuffer(ended.stderr).toString('utf8');
  const { durationMs, exitCode, signal } = ended;
  if (!ended.failed)
    return { kind: 'done', stdout, stdoutBytes: binary ? bytes : NO_BYTES, stderr, durationMs };
  const why = explainEnd(ended, limits.timeoutMs, limits.maxOutputBytes, overMemory);
  const timedOut = ended.timedOut ? { timedOut: true as const } : {};
  return { kind: 'failed', exitCode, signal, stdout, stderr, durationMs, ...timedOut, why };
}

function asBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes === undefined ? NO_BYTES : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
