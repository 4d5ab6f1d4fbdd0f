import { parseVersion, type Version } from './version.ts';

export type Operator = '' | '=' | '!=' | '>' | '<' | '>=' | '=>' | '<=' | '=<' | '~' | '~>' | '^';

/** One comparison: `>=1.2.x` is the operator `>=`, the version 1.2.0 and an open patch. */
export interface Part {
  readonly operator: Operator;
  readonly version: Version;
  /** The first number that is left out or a wildcard: everything from there on is open. */
  readonly open: 'major' | 'minor' | 'patch' | undefined;
}

const MAX_LENGTH = 512;
const MAX_GROUPS = 32;

/** Go's `\s`; JavaScript's knows more. */
const SPACE = '[\\t\\n\\f\\r ]';
const NUMBER = '[0-9xX*|]+';
const DOTTED = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = `v?(${NUMBER})(\\.${NUMBER})?(\\.${NUMBER})?(-${DOTTED})?(?:\\+${DOTTED})?`;

const RANGE = new RegExp(`${SPACE}*(${VERSION})${SPACE}+-${SPACE}+(${VERSION})${SPACE}*`, 'g');
const RANGE_END_GROUP = 6;

// Sticky, one step after the other: as one expression it would backtrack for ever on hostile text.
const SPACES = new RegExp(`${SPACE}*`, 'y');
const PART = new RegExp(`(!=|>=|=>|<=|=<|~>|=|>|<|~|\\^)?${SPACE}*(${VERSION})`, 'y');

/** The `||` groups of a constraint, each a list of parts that must all hold; undefined if it is improper. */
export function parseParts(text: string): readonly (readonly Part[])[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const groups = withoutHyphenRanges(text).split('||');
  if (groups.length > MAX_GROUPS) return undefined;

  const parsed: (readonly Part[])[] = [];
  for (const group of groups) {
    const parts = parseGroup(group);
    if (!parts) return undefined;
    parsed.push(parts);
  }
  return parsed;
}

/** `1.2 - 3` becomes `>= 1.2, <= 3`, in the order and with the replacing of Helm's library. */
function withoutHyphenRanges(text: string): string {
  let result = text;
  for (const match of text.matchAll(RANGE)) {
    result = result.replace(match[0], () => `>= ${match[1] ?? ''}, <= ${match[RANGE_END_GROUP] ?? ''} `);
  }
  return result;
}

function parseGroup(text: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let at = skip(SPACES, text, 0);
  for (;;) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    const part = match && toPart(match);
    if (!part) return undefined;
    parts.push(part);

    const end = PART.lastIndex;
    at = skip(SPACES, text, end);
    if (at === text.length) return parts;
    if (text[at] === ',') at = skip(SPACES, text, at + 1);
    else if (at === end) return undefined;
  }
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.exec(text);
  return pattern.lastIndex;
}

function toPart(match: RegExpExecArray): Part | undefined {
  const [, operator = '', whole = '', major, minor, patch, prerelease = ''] = match;
  const open = isOpen(major) ? 'major' : isOpen(minor) ? 'minor' : isOpen(patch) ? 'patch' : undefined;
  const closed = {
    major: `0.0.0${prerelease}`,
    minor: `${major ?? ''}.0.0${prerelease}`,
    patch: `${major ?? ''}${minor ?? ''}.0${prerelease}`,
  };
  const version = parseVersion(open === undefined ? whole : closed[open]);
  return version && { operator: operator as Operator, version, open };
}

function isOpen(number: string | undefined): boolean {
  return number === undefined || ['x', 'X', '*'].includes(number.replace('.', ''));
}
