import { execFile } from 'node:child_process';

/** What a starter asks of its process. */
export interface Start {
  readonly id: number;
  readonly file: string;
  readonly args: readonly string[];
  /** For standard input. */
  readonly input: string;
}

export interface Ended {
  readonly id: number;
  readonly failure?: string;
}

// Ends by itself when its starter lets go of it.
process.on('message', (message) => {
  const { id, file, args, input } = message as Start;
  const child = execFile(file, args, (error, _, stderr) => {
    const failure = error === null ? {} : { failure: stderr === '' ? error.message : stderr };
    process.send?.({ id, ...failure } satisfies Ended);
  });
  child.stdin?.end(input);
});
