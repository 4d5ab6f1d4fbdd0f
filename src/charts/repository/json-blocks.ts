import type { Bytes } from './bytes.ts';
import type { Range } from './index-blocks.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b]);
const CLOSE: ReadonlySet<number | undefined> = new Set([0x7d, 0x5d]);
const SPACE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const MAX_NAME = 1_000;

export interface JsonBlocks {
  /** The value of `entries`. */
  readonly entries: Range;
  readonly charts: ReadonlyMap<string, Range>;
}

/**
 * Finds the list of each chart in an index of JSON without parsing it, as index-blocks.ts does for YAML. Undefined for
 * what is no plain index; then a parser has to say what it is.
 */
export function findJsonBlocks(bytes: Bytes): JsonBlocks | undefined {
  const entries = membersOf(bytes, 0)?.get('entries');
  if (!entries || bytes.at(entries.start) !== OPEN_BRACE) return undefined;
  const charts = membersOf(bytes, entries.start);
  return charts && { entries, charts };
}

/** The values of an object by their names; of two with one name the last, as JSON.parse has it. */
function membersOf(bytes: Bytes, from: number): Map<string, Range> | undefined {
  const members = new Map<string, Range>();
  let at = skipSpace(bytes, from);
  if (bytes.at(at) !== OPEN_BRACE) return undefined;
  at = skipSpace(bytes, at + 1);
  if (bytes.at(at) === CLOSE_BRACE) return members;
  for (;;) {
    const name = readName(bytes, at);
    if (name === undefined) return undefined;
    const colon = skipSpace(bytes, name.end);
    const start = skipSpace(bytes, colon + 1);
    const end = bytes.at(colon) === COLON ? endOfValue(bytes, start) : undefined;
    if (end === undefined) return undefined;
    members.set(name.text, { start, end });
    at = skipSpace(bytes, end);
    if (bytes.at(at) === CLOSE_BRACE) return members;
    if (bytes.at(at) !== COMMA) return undefined;
    at = skipSpace(bytes, at + 1);
  }
}

function readName(bytes: Bytes, at: number): { readonly text: string; readonly end: number } | undefined {
  const end = bytes.at(at) === QUOTE ? endOfText(bytes, at) : undefined;
  if (end === undefined || end - at > MAX_NAME) return undefined;
  try {
    return { text: String(JSON.parse(bytes.text(at, end))), end };
  } catch {
    return undefined;
  }
}

/** Undefined where the bytes end first. What is between is not looked at: whoever reads the value has to. */
function endOfValue(bytes: Bytes, start: number): number | undefined {
  if (bytes.at(start) === QUOTE) return endOfText(bytes, start);
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes.at(at);
    if (byte === QUOTE) {
      const end = endOfText(bytes, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (OPEN.has(byte)) {
      depth += 1;
    } else if (CLOSE.has(byte)) {
      depth -= 1;
      if (depth < 0) return at; // of what the value is in
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || SPACE.has(byte))) {
      return at;
    }
  }
  return undefined;
}

function endOfText(bytes: Bytes, start: number): number | undefined {
  for (let at = bytes.indexOf(QUOTE, start + 1); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (bytes.at(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return undefined;
}

function skipSpace(bytes: Bytes, from: number): number {
  let at = from;
  while (SPACE.has(bytes.at(at))) at += 1;
  return at;
}
