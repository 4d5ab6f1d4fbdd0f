import { parseAddressRange } from '../net/addresses.ts';
import { type Levels, LEVELS_ACCEPTED, readLevels } from '../telemetry/levels.ts';
import { parseGoDuration } from './go-duration.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';

/** A value that was understood, or what would be. */
export type Parsed<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'bad'; readonly accepts: string };

export interface Flag<T> {
  /** A flag without a value is true, as with Go's pflag: its value can only be joined by `=`. */
  readonly type: 'bool' | 'value';
  readonly short?: string;
  readonly help: string;
  /** As the help shows it. */
  readonly default: string;
  /** All values that were given, in order; the default, if there is none. */
  readonly parse: (texts: readonly string[]) => Parsed<T>;
}

interface Described {
  readonly help: string;
  readonly default: string;
  readonly short?: string;
}

const ok = <T>(value: T): Parsed<T> => ({ kind: 'ok', value });
const bad = (accepts: string): Parsed<never> => ({ kind: 'bad', accepts });

/** The last one given counts. An empty one is one that was not given: templates render such. */
function single<T>(about: Described, read: (text: string) => Parsed<T>): Flag<T> {
  return {
    type: 'value',
    ...about,
    parse: (texts) => read(texts.findLast((text) => text !== '') ?? about.default),
  };
}

export function textFlag(
  about: Described,
  pattern?: { is: RegExp; accepts: string },
): Flag<string | undefined> {
  return single(about, (text) => {
    if (text === '') return ok(undefined);
    return pattern === undefined || pattern.is.test(text) ? ok(text) : bad(pattern.accepts);
  });
}

export function numberFlag(about: Described, least: number, most: number): Flag<number> {
  return single(about, (text) => {
    const fits = /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;
    return fits ? ok(Number(text)) : bad(`a whole number from ${String(least)} to ${String(most)}`);
  });
}

/** The longest time that a timer of Node takes; a longer one would end at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export function durationFlag(about: Described, { least }: { least: '0' | 'more than 0' }): Flag<number> {
  return single(about, (text) => {
    const ms = parseGoDuration(text);
    if (ms !== undefined && (ms > 0 || (ms === 0 && least === '0')))
      return ok(Math.min(Math.ceil(ms), MAX_TIMER_MS));
    return bad(`a duration${least === '0' ? '' : ' over 0'} such as 20s, 5m or 1h30m`);
  });
}

export function listenFlag(about: Described) {
  return single(about, (text) => {
    const address = parseListenAddress(text);
    return address ? ok(address) : bad('host:port or :port, such as :3030, 127.0.0.1:3030 or [::1]:3030');
  });
}

/** Nowhere unless it is given. */
export function optionalListenFlag(about: Described): Flag<ListenAddress | undefined> {
  const { parse, ...flag } = listenFlag(about);
  return { ...flag, parse: (texts) => (texts.every((text) => text === '') ? ok(undefined) : parse(texts)) };
}

export function levelsFlag(about: Described): Flag<Levels> {
  return single(about, (text) => {
    const levels = readLevels(text);
    return levels === undefined ? bad(LEVELS_ACCEPTED) : ok(levels);
  });
}

/** A comma list that may be given more than once. */
export function listFlag<T>(about: Described, read: (item: string) => T | undefined, accepts: string) {
  return {
    type: 'value',
    ...about,
    parse: (texts: readonly string[]): Parsed<readonly T[]> => {
      const items = (texts.length === 0 ? [about.default] : texts).flatMap((text) => text.split(','));
      const named = items.map((item) => item.trim()).filter((item) => item !== '');
      const values = named.map(read).filter((value) => value !== undefined);
      return values.length === named.length ? ok(values) : bad(accepts);
    },
  } as const satisfies Flag<readonly T[]>;
}

export function addressRangesFlag(about: Described) {
  const read = (text: string): string | undefined =>
    parseAddressRange(text) === undefined ? undefined : text;
  return listFlag(about, read, 'a comma list of IP ranges such as 10.0.0.0/8,fd00::/8');
}

/** What Go's strconv.ParseBool takes. */
const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

export function boolFlag(about: Described): Flag<boolean> {
  return {
    type: 'bool',
    ...about,
    parse: (texts) => {
      const value = BOOLS.get(texts.at(-1) ?? about.default);
      return value === undefined ? bad('true or false') : ok(value);
    },
  };
}

/** A command that may be told how to answer: `--plan`, `--plan=json`. Undefined if it was not given. */
export function commandFlag<const T extends string>(
  about: Described,
  forms: readonly [T, ...(readonly T[])],
): Flag<T | undefined> {
  const bool = boolFlag(about);
  return {
    ...bool,
    parse: (texts) => {
      const form = forms.find((each) => each === texts.at(-1));
      if (form !== undefined) return ok(form);
      const given = bool.parse(texts);
      if (given.kind === 'ok') return ok(given.value ? forms[0] : undefined);
      return bad(`one of ${forms.join(', ')}`);
    },
  };
}
