import { Worker } from 'node:worker_threads';
import { createSemaphore } from '../../process/semaphore.ts';
import type { IndexEntry } from './index-entry.ts';
import { type CutIndex, cutIndex, IndexError, readCut } from './read-index.ts';

/** What the worker is asked, and what it answers. */
export type Task =
  | { readonly kind: 'cut'; readonly bytes: Uint8Array }
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly form: CutIndex['form'] };

export type Result =
  | ({ readonly kind: 'cut' } & Omit<CutIndex, 'bytes'> & { readonly bytes: Uint8Array })
  | { readonly kind: 'read'; readonly entries: readonly IndexEntry[] }
  | { readonly kind: 'failed'; readonly why: string };

/** Cuts and reads indexes without holding up the event loop: what is large goes to a thread. */
export interface IndexReader {
  /** Takes the bytes over: the caller must not use them afterwards. Throws IndexError. */
  cut(bytes: Buffer, signal: AbortSignal): Promise<CutIndex>;
  read(part: Buffer, form: CutIndex['form'], signal: AbortSignal): Promise<readonly IndexEntry[]>;
}

const INLINE_BYTES = 1_000_000;
const TIME_LIMIT_MS = 60_000;
const MEMORY_LIMIT_MB = 1_024;

/** The bundle has the thread's program beside the main one; from source it is this folder's file. */
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './index-worker.ts' : './index-worker.mjs',
  import.meta.url,
);

export function createIndexReader(): IndexReader {
  const one = createSemaphore(1); // two large indexes at once would double the memory, not the speed
  const run = (task: Task, signal: AbortSignal): Promise<Result> =>
    task.bytes.length < INLINE_BYTES
      ? Promise.resolve(perform(task))
      : one.run(signal, () => performInThread(task, signal));

  return {
    cut: async (bytes, signal) => {
      const result = await run({ kind: 'cut', bytes }, signal);
      if (result.kind !== 'cut') throw failure(result);
      return {
        ...result,
        bytes: Buffer.from(result.bytes.buffer, result.bytes.byteOffset, result.bytes.length),
      };
    },
    read: async (part, form, signal) => {
      const result = await run({ kind: 'read', bytes: part, form }, signal);
      if (result.kind !== 'read') throw failure(result);
      return result.entries;
    },
  };
}

/** The work itself, in whatever thread. */
export function perform(task: Task): Result {
  const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.length);
  try {
    return task.kind === 'cut'
      ? { kind: 'cut', ...cutIndex(bytes) }
      : { kind: 'read', entries: readCut(bytes, task.form) };
  } catch (caught) {
    if (!(caught instanceof IndexError)) throw caught;
    return { kind: 'failed', why: caught.message };
  }
}

async function performInThread(task: Task, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const worker = new Worker(PROGRAM, {
    workerData: task,
    transferList: [task.bytes.buffer as ArrayBuffer],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    env: {},
    execArgv: [],
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  try {
    return await new Promise<Result>((resolve, reject) => {
      const giveUp = (): void => {
        reject(signal.aborted ? (signal.reason as Error) : new IndexError('takes too long to read'));
      };
      limit.addEventListener('abort', giveUp);
      worker.once('message', resolve);
      worker.once('error', (error: Error) => {
        const full = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(full ? new IndexError('is too large to read') : error);
      });
      worker.once('exit', () => {
        reject(new IndexError('could not be read: the thread that reads it has ended'));
      });
    });
  } finally {
    await worker.terminate();
  }
}

function failure(result: Result): Error {
  return new IndexError(result.kind === 'failed' ? result.why : 'could not be read');
}
