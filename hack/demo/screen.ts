import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import spinner from 'yocto-spinner';

/** What the person sees. Colours and spinner only on a terminal, and without NO_COLOR. */
export interface Screen {
  /** One numbered line that says what happens next. */
  step(title: string): void;
  /** A command, as a person would type it. */
  command(text: string): void;
  /** What a command said, unchanged. */
  output(text: string): void;
  /** One line of the demo's own. */
  note(text: string): void;
  /** Something that takes a while. */
  waiting(text: string): Waiting;
}

export interface Waiting {
  /** How it stands now. */
  say(text: string): void;
  end(): void;
}

type Output = Pick<WriteStream, 'write'> & Partial<WriteStream>;
type Environment = Readonly<Record<string, string | undefined>>;

export function createScreen(output: Output, env: Environment): Screen {
  const interactive = output.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  let steps = 0;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    interactive ? styleText(format, text) : text;
  const line = (text: string): void => {
    output.write(`${text}\n`);
  };
  return {
    step: (title) => {
      steps += 1;
      line(style('bold', `\n${String(steps)}. ${title}`));
    },
    command: (text) => line(style('cyan', `$ ${text}`)),
    output: (text) => {
      if (text !== '') output.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note: (text) => line(style('green', text)),
    waiting: (text) => (interactive ? spinning(text, output as WriteStream) : plain(text, line)),
  };
}

function spinning(text: string, stream: WriteStream): Waiting {
  const shown = spinner({ text, stream, handleSignals: false }).start();
  return {
    say: (next) => {
      shown.text = next;
    },
    end: () => {
      shown.stop();
    },
  };
}

/** Each state once, on a line of its own. */
function plain(text: string, line: (text: string) => void): Waiting {
  let last = '';
  const say = (next: string): void => {
    if (next !== last) line(`... ${next}`);
    last = next;
  };
  say(text);
  return { say, end: () => undefined };
}
