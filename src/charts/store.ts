import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError } from '../api/errors.ts';
import { createSemaphore } from '../process/semaphore.ts';
import type { ChartContent } from './chart.ts';

export interface StoredChart extends ChartContent {
  readonly path: string;
  readonly bytes: number;
}

/** The packaged charts of all sources, each content once, the least recently used one leaving when it gets full. */
export interface ChartStore {
  /** What was kept under a key, unless it has left or its file is not what it was. */
  find(key: string): Promise<StoredChart | undefined>;
  /** Whether the file of a content is still what it was. */
  has(digest: string): Promise<boolean>;
  /** Takes an archive that was read already; its file moves here. */
  keep(key: string, file: string, content: ChartContent): Promise<StoredChart>;
  /** Keeps a content until the function given back is called. Throws ChartUnavailableError if it has left. */
  pin(content: ChartContent): () => void;
  stats(): ChartStoreStats;
}

export interface ChartStoreStats {
  readonly charts: number;
  readonly bytes: number;
  /** How often a chart was asked for and there, and how often one had to be brought, since the store was opened. */
  readonly hits: number;
  readonly misses: number;
}

interface Entry {
  readonly chart: StoredChart;
  readonly bytes: number;
  /** Size, time and inode: who changes the file changes one of them. */
  readonly stamp: string;
  readonly keys: Set<string>;
  pins: number;
}

const MAX_KEYS = 1_000;

export async function openChartStore(dir: string, maxBytes: number): Promise<ChartStore> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const entries = new Map<string, Entry>(); // in the order of use
  const digests = new Map<string, string>(); // by key
  const never = new AbortController().signal;
  const turn = createSemaphore(1); // a file must not arrive while its namesake leaves
  let bytes = 0;
  let hits = 0;
  let misses = 0;

  const drop = async (entry: Entry): Promise<void> => {
    if (entries.get(entry.chart.digest) !== entry) return;
    entries.delete(entry.chart.digest);
    for (const key of entry.keys) digests.delete(key);
    bytes -= entry.bytes;
    await rm(entry.chart.path, { force: true });
  };

  const makeRoom = async (keeping?: Entry): Promise<void> => {
    for (const entry of [...entries.values()]) {
      if (bytes <= maxBytes) return;
      if (entry.pins === 0 && entry !== keeping) await drop(entry);
    }
  };

  /** The entry, used just now; gone if its file is not what it was. */
  const use = async (digest: string): Promise<Entry | undefined> => {
    const entry = entries.get(digest);
    if (!entry) return undefined;
    if ((await stampOf(entry.chart.path))?.stamp !== entry.stamp) {
      await drop(entry);
      return undefined;
    }
    if (entries.delete(digest)) entries.set(digest, entry);
    return entry;
  };

  const ask = async (digest: string): Promise<Entry | undefined> => {
    const entry = await use(digest);
    if (entry) hits += 1;
    return entry;
  };

  const remember = (entry: Entry, key: string): void => {
    for (const oldest of entry.keys.size < MAX_KEYS ? [] : [...entry.keys].slice(0, 1)) {
      entry.keys.delete(oldest);
      digests.delete(oldest);
    }
    entries.get(digests.get(key) ?? '')?.keys.delete(key); // another content had it before
    entry.keys.add(key);
    digests.set(key, entry.chart.digest);
  };

  const add = async (file: string, content: ChartContent): Promise<Entry> => {
    const path = join(dir, `${content.digest}.tgz`);
    await chmod(file, 0o400);
    await rename(file, path);
    const { stamp, bytes: size } = await needStamp(path);
    const chart = { ...content, path, bytes: size };
    const entry: Entry = { chart, bytes: size, stamp, keys: new Set(), pins: 0 };
    bytes += entry.bytes;
    entries.set(content.digest, entry);
    return entry;
  };

  return {
    find: (key) => turn.run(never, async () => (await ask(digests.get(key) ?? ''))?.chart),
    has: (digest) => turn.run(never, async () => (await ask(digest)) !== undefined),
    keep: (key, file, content) =>
      turn.run(never, async () => {
        misses += 1;
        const known = await use(content.digest);
        if (known) await rm(file, { force: true });
        const entry = known ?? (await add(file, content));
        remember(entry, key);
        await makeRoom(entry);
        return entry.chart;
      }),
    pin: ({ digest, name, version }) => {
      const entry = entries.get(digest);
      if (!entry) {
        throw new ChartUnavailableError(
          `the stored copy of chart ${name} ${version} had to make room for others; it is fetched again`,
        );
      }
      entry.pins += 1;
      let pinned = true;
      return () => {
        if (!pinned) return;
        pinned = false;
        entry.pins -= 1;
        if (entry.pins === 0) void turn.run(never, makeRoom).catch(() => undefined); // the next to come tries again
      };
    },
    stats: () => ({ charts: entries.size, bytes, hits, misses }),
  };
}

async function stampOf(path: string): Promise<{ stamp: string; bytes: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { stamp: [found.size, found.mtimeMs, found.ino].join(' '), bytes: found.size };
}

async function needStamp(path: string): Promise<{ stamp: string; bytes: number }> {
  const found = await stampOf(path);
  if (found) return found;
  throw new ChartUnavailableError(`the chart store cannot read what it has just written`);
}
