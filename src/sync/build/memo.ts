import type { ParsedFile } from './documents.ts';

/** What files were found to say, the most recently used ones, as far as they have room. */
export interface Memo {
  readonly bytes: number;
  get(key: string): ParsedFile | undefined;
  set(key: string, parsed: ParsedFile): void;
}

/** A document, a fault or an entry itself, without its text. */
const OVERHEAD = 300;

export function createMemo(maxBytes: number): Memo {
  const known = new Map<string, { readonly parsed: ParsedFile; readonly bytes: number }>();
  let total = 0;
  const drop = (key: string): void => {
    total -= known.get(key)?.bytes ?? 0;
    known.delete(key);
  };
  return {
    get bytes() {
      return total;
    },
    get: (key) => {
      const entry = known.get(key);
      if (entry === undefined) return undefined;
      known.delete(key);
      known.set(key, entry);
      return entry.parsed;
    },
    set: (key, parsed) => {
      drop(key);
      const bytes = bytesOf(parsed);
      known.set(key, { parsed, bytes });
      total += bytes;
      for (const oldest of known.keys()) {
        if (total <= maxBytes) break;
        drop(oldest);
      }
    },
  };
}

/** Text beyond Latin-1 takes two bytes a character. */
function bytesOf({ documents, faults }: ParsedFile): number {
  const texts = documents.reduce((sum, { body }) => sum + 2 * body.length, 0);
  return texts + OVERHEAD * (1 + documents.length + faults.length);
}
