import { Writable } from 'node:stream';
import winston from 'winston';
import { isWritten, type Level, type Levels } from './levels.ts';
import { type Fields, type LogFormat, type LogRecord, renderLine } from './log-line.ts';
import { redactField, redactText } from './redact.ts';

export type { Fields, Level, LogFormat };

/** One static message per outcome; what varies goes into fields. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** A logger whose every line carries these fields too. */
  child(fields: Fields): Logger;
}

export interface LoggerOptions {
  readonly format: LogFormat;
  /** The least grave level that is written; a function is asked for it with each line. */
  readonly level: Level | (() => Levels);
  readonly now?: () => Date;
  /** Takes one line at a time, with its line feed. Standard output by default. */
  readonly write?: (line: string) => void;
}

const LEVELS = { error: 0, warn: 1, info: 2, debug: 3 } as const satisfies Record<Level, number>;

/** Writes are synchronous: a line that was logged is out before the next statement runs. */
export function createLogger({
  format,
  level,
  now = () => new Date(),
  write = writeToStdout,
}: LoggerOptions): Logger {
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      write(line);
      done();
    },
  });
  const levels = typeof level === 'string' ? always(level) : level;
  const root = winston.createLogger({
    levels: LEVELS,
    level: 'debug',
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston declares the class twice
    transports: [new winston.transports.Stream({ stream, eol: '' })],
    format: winston.format.combine(redacted(), winston.format.printf(lineOf(format))),
  });
  return loggerOver((at, message, context, fields) => {
    if (!isWritten(levels(), at, context['component'] ?? 'main')) return;
    root.log({ level: at, message, time: now(), context, fields });
  }, {});
}

function always(all: Level): () => Levels {
  const levels = { all, parts: {} };
  return () => levels;
}

export const silentLogger: Logger = loggerOver(() => undefined, {});

type Emit = (level: Level, message: string, context: Fields, fields: Fields) => void;

function loggerOver(emit: Emit, context: Fields): Logger {
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}): void => {
      emit(level, message, context, fields);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerOver(emit, { ...context, ...fields }),
  };
}

/** The one place where secrets are taken out, before any format sees the record. */
const redacted = winston.format((info) => {
  const record = info as unknown as LogRecord;
  return {
    ...info,
    message: redactText(record.message),
    context: redactFields(record.context),
    fields: redactFields(record.fields),
  };
});

function redactFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactField(key, value)]));
}

function lineOf(format: LogFormat) {
  return (info: unknown): string => `${renderLine(info as LogRecord, format)}\n`;
}

/** Whoever reads our output may leave (`| head`): that must not end the operator. */
function writeToStdout(line: string): void {
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  process.stdout.write(line);
}
