/*
 * Edits JSON without reading it as a whole: what is not named stays as it is, byte by byte. Parsing and printing again
 * would round integers beyond 2^53 and lose escapes.
 */

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Sets members of the object at `path` to texts, adding those that are not there. The text must be JSON. */
export function withMembers(
  json: string,
  path: readonly string[],
  members: Readonly<Record<string, string>>,
): string {
  const object = path.reduce<Span>(
    (within, key) => {
      const value = memberOf(json, within.start, key);
      if (value === undefined) throw new SyntaxError(`no member ${key}`);
      return value;
    },
    { start: skipSpace(json, 0), end: json.length },
  );
  return Object.entries(members).reduce(
    (text, [key, value]) => withMember(text, object.start, key, value),
    json,
  );
}

/** The text of the value at `path`, or undefined if there is none. */
export function memberText(json: string, path: readonly string[]): string | undefined {
  let at: Span | undefined = { start: skipSpace(json, 0), end: json.length };
  for (const key of path) {
    at = memberOf(json, at.start, key);
    if (at === undefined) return undefined;
  }
  return json.slice(at.start, at.end);
}

function withMember(json: string, object: number, key: string, value: string): string {
  if (json[object] !== '{') throw new SyntaxError('no object there');
  const text = quoted(value);
  const span = memberOf(json, object, key);
  if (span !== undefined) return json.slice(0, span.start) + text + json.slice(span.end);
  const inside = skipSpace(json, object + 1);
  const comma = json[inside] === '}' ? '' : ',';
  return `${json.slice(0, object + 1)}${quoted(key)}:${text}${comma}${json.slice(object + 1)}`;
}

/** The value of a member of the object that starts at `object`. Of several with one name the last counts, as for Go. */
function memberOf(json: string, object: number, key: string): Span | undefined {
  if (json[object] !== '{') return undefined;
  let found: Span | undefined;
  let at = skipSpace(json, object + 1);
  while (json[at] === '"') {
    const afterName = endOfString(json, at);
    const start = skipSpace(json, skipSpace(json, afterName) + 1);
    const end = endOfValue(json, start);
    if (JSON.parse(json.slice(at, afterName)) === key) found = { start, end };
    at = skipSpace(json, end);
    if (json[at] === ',') at = skipSpace(json, at + 1);
  }
  return found;
}

function endOfValue(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return endOfString(json, start);
  if (first !== '{' && first !== '[') {
    const end = json.slice(start).search(/[\s,\]}]/);
    return end < 0 ? json.length : start + end;
  }
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const char = json[at];
    if (char === '"') {
      at = endOfString(json, at);
      continue;
    }
    if (char === '{' || char === '[') depth += 1;
    if (char === '}' || char === ']') depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  throw new SyntaxError('unbalanced JSON');
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) throw new SyntaxError('unterminated string');
    if (backslashesBefore(json, quote) % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function backslashesBefore(json: string, at: number): number {
  let count = 0;
  while (json[at - 1 - count] === '\\') count += 1;
  return count;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (/\s/.test(json[at] ?? '')) at += 1;
  return at;
}

/** In ASCII, so that it fits into text that stands for bytes. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
