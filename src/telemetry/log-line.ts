import type { Level } from './levels.ts';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `fmt` is logfmt. */
export type LogFormat = 'fmt' | 'json';

export interface LogRecord {
  readonly level: Level;
  readonly message: string;
  readonly time: Date;
  /** What the logger carries: component, release, ... */
  readonly context: Fields;
  /** What this line adds. */
  readonly fields: Fields;
}

type Value = string | number | boolean;
type Pair = readonly [key: string, value: Value];

/** Helm Operator wrote the message under the name of its level; scripts look for these keys. */
const MESSAGE_KEY = { debug: 'debug', info: 'info', warn: 'warning', error: 'error' } as const;

/** One line without its end: ts, caller, component, what the logger carries, the message, what the line adds. */
export function renderLine(record: LogRecord, format: LogFormat): string {
  const pairs = pairsOf(record);
  return format === 'json' ? jsonLine(record.level, pairs) : pairs.map(logfmtPair).join(' ');
}

function pairsOf({ level, message, time, context, fields }: LogRecord): readonly Pair[] {
  const { caller, component, ...rest } = context;
  const head: Fields = { ts: time.toISOString(), caller: caller ?? component ?? 'main', component };
  const inherited = Object.entries(rest).filter(([key]) => !Object.hasOwn(fields, key));
  const named: Fields = { [MESSAGE_KEY[level]]: message };
  const free = (entries: [string, Value | undefined][]): [string, Value | undefined][] =>
    entries.map(([key, value]) => [key in head || key in named ? `${key}_` : key, value]);

  return [
    ...Object.entries(head),
    ...free(inherited),
    ...Object.entries(named),
    ...free(Object.entries(fields)),
  ].filter((pair): pair is [string, Value] => pair[1] !== undefined);
}

function jsonLine(level: Level, pairs: readonly Pair[]): string {
  return escapeControls(JSON.stringify(Object.fromEntries([['level', level], ...pairs.map(bounded)])));
}

function logfmtPair(pair: Pair): string {
  const [key, value] = bounded(pair);
  return `${logfmtKey(key)}=${typeof value === 'string' ? logfmtValue(value) : String(value)}`;
}

function logfmtKey(key: string): string {
  return key.replace(/[^\w.\-/]/g, '_') || '_';
}

function logfmtValue(value: string): string {
  const plain = value !== '' && !NEEDS_QUOTES.test(value);
  return plain ? value : escapeControls(JSON.stringify(value));
}

/** A space, a quote, an equals sign, a backslash, or anything that a terminal would obey instead of show. */
const CONTROLS = '\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ufeff';
const NEEDS_QUOTES = new RegExp(`[\\u0000-\\u0020"=\\\\${CONTROLS}\\ud800-\\udfff]`);
const ESCAPED = new RegExp(`[${CONTROLS}]`, 'g');

/** JSON.stringify leaves DEL, the C1 controls and text direction marks as they are; both can forge a log on a screen. */
function escapeControls(json: string): string {
  return json.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const MAX_VALUE = 16_000;

function bounded([key, value]: Pair): Pair {
  if (typeof value !== 'string' || value.length <= MAX_VALUE) return [key, value];
  return [key, `${value.slice(0, MAX_VALUE)}… (${String(value.length - MAX_VALUE)} more characters)`];
}
