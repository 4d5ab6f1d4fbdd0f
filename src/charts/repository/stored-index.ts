import { type FileHandle, open, rm } from 'node:fs/promises';
import type { IndexEntry } from './index-entry.ts';
import type { Range } from './index-blocks.ts';
import type { Cut, IndexReader } from './index-reader.ts';
import { IndexError } from './read-index.ts';

/** An index on disk, of which only the entries of wanted charts are in memory. */
export interface StoredIndex {
  readonly names: readonly string[];
  /** On disk. */
  readonly bytes: number;
  /** Undefined for a chart that is not in the index. Throws an IndexClosedError once it is closed. */
  entries(name: string, signal: AbortSignal): Promise<readonly IndexEntry[] | undefined>;
  /** Lets who reads it already finish. */
  close(): Promise<void>;
}

/** Another one has taken its place, or it had to make room: ask for it again. */
export class IndexClosedError extends Error {}

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
    const handle = await open(file, 'r');
    return storedIndex(handle, { ...cut, bytes: (await handle.stat()).size }, reader);
  } finally {
    await rm(file, { force: true });
  }
}

function storedIndex(
  handle: FileHandle,
  { charts, form, bytes: size }: Cut & { readonly bytes: number },
  reader: IndexReader,
): StoredIndex {
  const kept = new Map<string, readonly IndexEntry[]>();
  let readers = 0;
  let closed = false;

  const closeUnread = async (): Promise<void> => {
    if (closed && readers === 0) await handle.close();
  };

  const readPart = async ({ start, end }: Range, name: string): Promise<Buffer> => {
    const bytes = end - start;
    if (bytes > MAX_PART_BYTES)
      throw new IndexError(`lists more versions of chart ${name} than can be read (${String(bytes)} bytes)`);
    if (closed) throw new IndexClosedError();
    const part = Buffer.alloc(bytes);
    readers += 1;
    try {
      await handle.read(part, 0, part.length, start);
    } finally {
      readers -= 1;
      await closeUnread();
    }
    return part;
  };

  return {
    names: [...charts.keys()],
    bytes: size,
    entries: async (name, signal) => {
      const range = charts.get(name);
      if (!range) return undefined;
      const known = kept.get(name);
      if (known) return known;

      const entries = await reader.read(await readPart(range, name), form, signal);
      if (kept.size < MAX_KEPT) kept.set(name, entries);
      return entries;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await closeUnread();
    },
  };
}
