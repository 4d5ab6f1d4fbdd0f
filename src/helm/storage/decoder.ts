import { programBeside } from '../../process/program-beside.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import { runInThread, ThreadError } from '../../process/thread.ts';
import { decodeRelease, StorageError } from './codec.ts';
import type { StoredRelease } from './stored-release.ts';

export type Decode = (data: string, signal: AbortSignal) => Promise<StoredRelease>;

/** Records of this size are some megabytes of JSON: 10 ms, and up to 150 ms for the largest that there can be. */
const INLINE_LENGTH = 200_000;
const LIMITS = { memoryLimitMb: 256, timeLimitMs: 60_000 };
const PROGRAM = programBeside('release-worker', import.meta.url);

/** What a thread hands over, which cannot be an error of a class of ours. */
type Result = { readonly release: StoredRelease } | { readonly problem: string };

/** Reads `data.release` of Helm's Secrets; what is large goes to a thread, so that nobody waits for it. */
export function createDecoder(): Decode {
  const one = createSemaphore(1); // each takes the memory of its record many times over
  return (data, signal) =>
    data.length < INLINE_LENGTH ? decodeRelease(data) : one.run(signal, () => decodeInThread(data, signal));
}

async function decodeInThread(data: string, signal: AbortSignal): Promise<StoredRelease> {
  let result: Result;
  try {
    result = (await runInThread(PROGRAM, data, LIMITS, signal)) as Result;
  } catch (cause) {
    if (!(cause instanceof ThreadError)) throw cause;
    throw new StorageError(`the record that Helm stored cannot be read: ${cause.message}`, { cause });
  }
  if ('problem' in result) throw new StorageError(result.problem);
  return result.release;
}

/** The work of the thread. */
export async function decodeOrSay(data: string): Promise<Result> {
  try {
    return { release: await decodeRelease(data) };
  } catch (error) {
    if (error instanceof StorageError) return { problem: error.message };
    throw error;
  }
}
