import { open, stat, writeFile } from 'node:fs/promises';
import { programBeside } from '../../process/program-beside.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import { runInThread, ThreadError } from '../../process/thread.ts';
import { bytesOf, bytesOfFile } from './bytes.ts';
import type { IndexEntry } from './index-entry.ts';
import { type CutIndex, cutIndex, IndexError, readCut } from './read-index.ts';

/** What the worker is asked, and what it answers. */
export type Task =
  | { readonly kind: 'cut'; readonly file: string }
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly form: CutIndex['form'] };

export type Result =
  | ({ readonly kind: 'cut' } & Cut)
  | { readonly kind: 'read'; readonly entries: readonly IndexEntry[] }
  | { readonly kind: 'failed'; readonly why: string };

/** Where in its file the list of each chart is, and how to read it. */
export type Cut = Omit<CutIndex, 'instead'>;

/** Cuts and reads indexes without holding up the event loop: what is large goes to a thread, which takes its memory along. */
export interface IndexReader {
  /** The file is written anew if the index is in no layout that can be cut. Throws IndexError. */
  cut(file: string, signal: AbortSignal): Promise<Cut>;
  /** Takes the bytes over: the caller must not use them afterwards. */
  read(part: Buffer, form: CutIndex['form'], signal: AbortSignal): Promise<readonly IndexEntry[]>;
}

const INLINE_BYTES = 1_000_000;

/** Enough to parse 10 MB in an unusual layout, and to cut ten times as much in a usual one. */
const LIMITS = { memoryLimitMb: 256, timeLimitMs: 60_000 };
const PROGRAM = programBeside('index-worker', import.meta.url);

const CANNOT_BE_READ = {
  memory: 'is too large to read in its layout',
  time: 'takes too long to read',
  ended: 'could not be read: the thread that reads it has ended',
} as const;

export function createIndexReader(): IndexReader {
  const one = createSemaphore(1); // two large indexes at once would double the memory, not the speed
  const run = (task: Task, bytes: number, signal: AbortSignal): Promise<Result> =>
    bytes < INLINE_BYTES ? perform(task) : one.run(signal, () => performInThread(task, signal));

  return {
    cut: async (file, signal) => {
      const { size } = await stat(file);
      const result = await run({ kind: 'cut', file }, size, signal);
      if (result.kind !== 'cut') throw failure(result);
      return { charts: result.charts, form: result.form };
    },
    read: async (part, form, signal) => {
      const result = await run({ kind: 'read', bytes: part, form }, part.length, signal);
      if (result.kind !== 'read') throw failure(result);
      return result.entries;
    },
  };
}

/** The work itself, in whatever thread. */
export async function perform(task: Task): Promise<Result> {
  try {
    if (task.kind === 'read') {
      const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.length);
      return { kind: 'read', entries: readCut(bytes, task.form) };
    }
    await using handle = await open(task.file);
    const { size } = await handle.stat();
    const bytes = size < INLINE_BYTES ? bytesOf(await handle.readFile()) : bytesOfFile(handle.fd, size);
    const { instead, charts, form } = cutIndex(bytes);
    if (instead) await writeFile(task.file, instead);
    return { kind: 'cut', charts, form };
  } catch (caught) {
    if (!(caught instanceof IndexError)) throw caught;
    return { kind: 'failed', why: caught.message };
  }
}

async function performInThread(task: Task, signal: AbortSignal): Promise<Result> {
  const transfer = task.kind === 'read' ? [task.bytes.buffer as ArrayBuffer] : [];
  try {
    return (await runInThread(PROGRAM, task, { transfer, ...LIMITS }, signal)) as Result;
  } catch (caught) {
    throw caught instanceof ThreadError ? new IndexError(CANNOT_BE_READ[caught.why]) : caught;
  }
}

function failure(result: Result): Error {
  return new IndexError(result.kind === 'failed' ? result.why : 'could not be read');
}
