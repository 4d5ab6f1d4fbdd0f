/** Says on a terminal or in a log how far something is. Lines go to stderr: stdout belongs to the answer. */
export interface Progress {
  /** One line that stays. */
  say(line: string): void;
  /** The state of something long: rewritten in place on a terminal, else a line now and then. */
  update(line: string): void;
  /** Ends a line that was rewritten in place. */
  done(): void;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const QUIET_LOG_MS = 20_000;

export function createProgress(output: ProgressOutput, now: () => number): Progress {
  let last = now();
  let open = false;
  const done = (): void => {
    if (open) output.write('\n');
    open = false;
  };
  return {
    say: (line) => {
      done();
      last = now();
      output.write(`${line}\n`);
    },
    update: (line) => {
      if (output.isTTY === true) {
        output.write(`\r\x1b[2K${line}`);
        open = true;
      } else if (now() - last >= QUIET_LOG_MS) {
        last = now();
        output.write(`${line}\n`);
      }
    },
    done,
  };
}

export const silentProgress: Progress = {
  say: () => undefined,
  update: () => undefined,
  done: () => undefined,
};
