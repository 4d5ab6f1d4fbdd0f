import { type FileHandle, open, rm } from 'node:fs/promises';
import type { IndexEntry } from './index-entry.ts';
import type { Cut, IndexReader } from './index-reader.ts';
import { IndexError } from './read-index.ts';

/** An index on disk, of which only the entries of wanted charts are in memory. */
export interface StoredIndex {
  readonly names: readonly string[];
  /** Undefined for a chart that is not in the index. */
  entries(name: string, signal: AbortSignal): Promise<readonly IndexEntry[] | undefined>;
  close(): Promise<void>;
}

const MAX_KEPT = 500;

/** Of one chart: the longest lists that are published have about 1 MB. */
const MAX_PART_BYTES = 16_000_000;

/** Takes the file over: it has no name any more once it is open, so that it goes with this process whatever happens. */
export async function openIndex(
  file: string,
  reader: IndexReader,
  signal: AbortSignal,
): Promise<StoredIndex> {
  try {
    const cut = await reader.cut(file, signal);
    return storedIndex(await open(file, 'r'), cut, reader);
  } finally {
    await rm(file, { force: true });
  }
}

function storedIndex(handle: FileHandle, { charts, form }: Cut, reader: IndexReader): StoredIndex {
  const kept = new Map<string, readonly IndexEntry[]>();
  return {
    names: [...charts.keys()],
    entries: async (name, signal) => {
      const range = charts.get(name);
      if (!range) return undefined;
      const known = kept.get(name);
      if (known) return known;

      const bytes = range.end - range.start;
      if (bytes > MAX_PART_BYTES)
        throw new IndexError(
          `lists more versions of chart ${name} than can be read (${String(bytes)} bytes)`,
        );
      const part = Buffer.alloc(bytes);
      await handle.read(part, 0, part.length, range.start);
      const entries = await reader.read(part, form, signal);
      if (kept.size < MAX_KEPT) kept.set(name, entries);
      return entries;
    },
    close: () => handle.close(),
  };
}
