import type { Bytes } from './bytes.ts';

/** Where in the bytes of an index the list of one chart is. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Blocks {
  /** `entries:` and what belongs to it. */
  readonly entries: Range;
  readonly charts: ReadonlyMap<string, Range>;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const STAR = 0x2a;
const DASH = 0x2d;
const HASH = 0x23;

const KEY = /^([A-Za-z0-9_][\w.+-]*|"[\w.+-]+"|'[\w.+-]+'):\s*$/;
const ALIAS = /[:-] \*[^\s,[\]{}]+\s*$/;
const MAX_KEY = 300;
const MAX_CHARTS = 50_000;

/**
 * Finds the block of each chart in an index laid out as every tool writes it, without parsing it: of an index
 * of 30 MB one chart is wanted, and parsing it whole takes seconds and half a gigabyte. Undefined for a layout
 * that is not plainly that one, with aliases, or with a name twice; then the index has to be parsed whole.
 */
export function findBlocks(bytes: Bytes): Blocks | undefined {
  const start = lineOf(bytes, 'entries:');
  if (start === undefined || hasAlias(bytes)) return undefined;

  const charts = new Map<string, Range>();
  let indent: number | undefined;
  let open: { name: string; start: number } | undefined;
  let at = endOfLine(bytes, start);
  const close = (end: number): void => {
    if (open) charts.set(open.name, { start: open.start, end });
  };

  for (let next: number; at < bytes.length; at = next) {
    next = endOfLine(bytes, at);
    const depth = depthOf(bytes, at, next);
    if (depth === undefined) continue; // empty, or a comment
    if (depth === 0) break;
    indent ??= depth;
    const first = bytes.at(at + depth);
    if (depth < indent) return undefined;
    if (depth > indent || first === DASH) continue;

    const key = KEY.exec(bytes.text(at + depth, Math.min(next, at + depth + MAX_KEY)))?.[1];
    const name = key?.replace(/^["']|["']$/g, '');
    if (name === undefined || charts.has(name) || name === open?.name || charts.size >= MAX_CHARTS)
      return undefined;
    close(at);
    open = { name, start: at };
  }
  close(at);
  return charts.size === 0 ? undefined : { entries: { start, end: at }, charts };
}

/** The only line that is exactly this; undefined if there is none, or more than one. */
function lineOf(bytes: Bytes, text: string): number | undefined {
  let found: number | undefined;
  for (let at = 0; at < bytes.length; at = endOfLine(bytes, at)) {
    if (bytes.at(at) !== text.charCodeAt(0)) continue;
    const end = endOfLine(bytes, at);
    const line = bytes.text(at, Math.min(end, at + MAX_KEY));
    if (!line.startsWith(text)) continue;
    if (found !== undefined || line.trim() !== text || end > at + MAX_KEY) return undefined;
    found = at;
  }
  return found;
}

function hasAlias(bytes: Bytes): boolean {
  for (let at = bytes.indexOf(STAR, 0); at !== -1; at = bytes.indexOf(STAR, at + 1)) {
    if (bytes.at(at - 1) !== SPACE) continue;
    const around = bytes.text(Math.max(0, at - 2), Math.min(endOfLine(bytes, at), at + MAX_KEY));
    if (ALIAS.test(around)) return true;
  }
  return false;
}

function endOfLine(bytes: Bytes, from: number): number {
  const newline = bytes.indexOf(NEWLINE, from);
  return newline === -1 ? bytes.length : newline + 1;
}

/** Spaces before the first character of a line; undefined for an empty line or a comment. */
function depthOf(bytes: Bytes, start: number, end: number): number | undefined {
  let at = start;
  while (at < end && bytes.at(at) === SPACE) at += 1;
  const first = at < end ? bytes.at(at) : NEWLINE;
  return first === NEWLINE || first === RETURN || first === HASH ? undefined : at - start;
}
