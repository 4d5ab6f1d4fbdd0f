import { Worker } from 'node:worker_threads';

/** What becomes of a thread that gives no answer. */
export class ThreadError extends Error {
  readonly why: 'memory' | 'time' | 'ended';

  constructor(why: ThreadError['why']) {
    super(WORDS[why]);
    this.why = why;
  }
}

const WORDS = {
  memory: 'it takes more memory than there is for it',
  time: 'it takes too long',
  ended: 'the thread for it has ended',
} as const;

export interface ThreadOptions {
  /** Taken over by the thread: who starts it must not use them afterwards. */
  readonly transfer?: readonly ArrayBuffer[];
  readonly memoryLimitMb: number;
  readonly timeLimitMs: number;
}

/**
 * Has a program do one task without holding up the event loop; its memory goes with it. Resolves with the first message
 * that it posts. Rejects with a ThreadError, with what the program throws, or with the signal's reason.
 */
export async function runInThread(
  program: URL,
  task: unknown,
  { transfer = [], memoryLimitMb, timeLimitMs }: ThreadOptions,
  signal: AbortSignal,
): Promise<unknown> {
  signal.throwIfAborted();
  const worker = new Worker(program, {
    workerData: task,
    transferList: [...transfer],
    resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
    env: {},
    execArgv: [],
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const giveUp = (): void => {
        reject(signal.aborted ? (signal.reason as Error) : new ThreadError('time'));
      };
      limit.addEventListener('abort', giveUp);
      worker.once('message', resolve);
      worker.once('error', (error: Error) => {
        const full = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(full ? new ThreadError('memory') : error);
      });
      worker.once('exit', () => {
        reject(new ThreadError('ended'));
      });
    });
  } finally {
    await worker.terminate();
  }
}
