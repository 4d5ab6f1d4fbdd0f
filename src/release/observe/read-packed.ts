import { StorageError } from '../../helm/storage/codec.ts';
import { runInThread, threadProgram, ThreadError } from '../../process/thread.ts';
import { payloadIn } from './payload.ts';
import type { Packed, Payload } from './payload.ts';

/** Helm's records of this size are some megabytes of JSON: 10 ms, and up to 150 ms for the largest that there can be. */
const INLINE_LENGTH = 200_000;
const LIMITS = { memoryLimitMb: 256, timeLimitMs: 60_000 };
const PROGRAM = threadProgram('payload-worker', import.meta.url);

/** What an error is to a thread: it cannot hand over a class. */
type Result = { readonly payload: Payload } | { readonly problem: string };

/** Reads what is worth knowing of a revision; what is large goes to a thread, so that nobody waits for it. */
export async function readPacked(task: Packed, signal: AbortSignal): Promise<Payload> {
  if (task.packed.length < INLINE_LENGTH) return await payloadIn(task);
  let result: Result;
  try {
    result = (await runInThread(PROGRAM, task, LIMITS, signal)) as Result;
  } catch (cause) {
    if (!(cause instanceof ThreadError)) throw cause;
    throw new StorageError(`the record that Helm stored cannot be read: ${cause.message}`, { cause });
  }
  if ('problem' in result) throw new StorageError(result.problem);
  return result.payload;
}

/** The work of the thread. */
export async function payloadOrError(task: Packed): Promise<Result> {
  try {
    return { payload: await payloadIn(task) };
  } catch (error) {
    if (error instanceof StorageError) return { problem: error.message };
    throw error;
  }
}
