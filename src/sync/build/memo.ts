import { createSizedMemo, type SizedMemo } from '../../process/sized-memo.ts';
import type { ParsedFile } from './documents.ts';

/** What files were found to say. */
export type Memo = SizedMemo<ParsedFile>;

/** A document, a fault or an entry itself, without its text. */
const OVERHEAD = 300;

export function createMemo(maxBytes: number): Memo {
  return createSizedMemo(maxBytes, bytesOf);
}

/** Text beyond Latin-1 takes two bytes a character. */
function bytesOf({ documents, faults }: ParsedFile): number {
  const texts = documents.reduce((sum, { body }) => sum + 2 * body.length, 0);
  return texts + OVERHEAD * (1 + documents.length + faults.length);
}
