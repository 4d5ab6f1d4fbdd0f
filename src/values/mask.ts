import { isMap } from './merge.ts';
import { formatGoFloat } from './yaml-scalar.ts';

/** Shorter text is no secret, and masking it would make every message unreadable. */
const MIN_LENGTH = 4;
/** A number with fewer digits is a port or a count, not a secret. */
const MIN_DIGITS = 6;
/** Of a text with several lines each longer line is masked too: an error may quote just one of them. */
const MIN_LINE = 8;
const MAX_TEXTS = 20_000;

const PLAIN_WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'yes', 'no', 'on', 'off']);

/**
 * Every text that must not be shown of values that come from Secrets: each leaf as it is and as base64, the form in
 * which a rendered Secret holds it. Longest first, so that replacing one after the other leaves no remainder of a
 * longer one. Keys of maps are names, not secrets.
 */
export function secretLeaves(documents: readonly unknown[]): readonly string[] {
  const found = new Set<string>();
  const waiting = [...documents];
  while (waiting.length > 0 && found.size < MAX_TEXTS) {
    const value = waiting.pop();
    if (isMap(value) || Array.isArray(value)) {
      for (const item of Object.values(value)) waiting.push(item);
    } else {
      for (const text of shownForms(value)) found.add(text);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

/** The texts by which a leaf can show up in a message of helm or in a rendered manifest; none if it is no secret. */
function shownForms(leaf: unknown): readonly string[] {
  if (typeof leaf === 'number' || typeof leaf === 'bigint') {
    const digits = String(leaf);
    // A template prints a number as Go does: 12345678 as 1.2345678e+07.
    return isSecret(digits) ? [digits, formatGoFloat(Number(leaf)), base64(digits)] : [];
  }
  if (typeof leaf !== 'string' || !isSecret(leaf.trim())) return [];
  const lines = leaf.includes('\n')
    ? leaf.split(/\r?\n/).filter((line) => line.trim().length >= MIN_LINE)
    : [];
  const escaped = JSON.stringify(leaf).slice(1, -1);
  return [leaf, leaf.trim(), escaped, base64(leaf), ...lines.map((line) => line.trim())];
}

function isSecret(text: string): boolean {
  if (/^-?[0-9.]+$/.test(text)) return text.length >= MIN_DIGITS;
  return text.length >= MIN_LENGTH && !PLAIN_WORDS.has(text.toLowerCase());
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
