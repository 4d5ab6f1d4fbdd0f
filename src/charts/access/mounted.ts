import { readFile, stat } from 'node:fs/promises';

/** Something that is read from files which somebody may mount late, replace or take away. */
export interface Mounted<T> {
  readonly current: () => T;
  /** The handler is called whenever it was read again because one of the files changed. */
  readonly onChange: (handler: () => void) => void;
  readonly close: () => void;
}

export interface MountedOptions<T> {
  /** Reads it all, through the function it is given; never rejects. `previous` is what it gave the last time. */
  readonly load: (read: ReadMounted, previous: T | undefined) => Promise<T>;
  readonly lookEveryMs?: number | undefined;
}

/** The text of a file; rejects with an Error whose message completes "the file ... ". */
export type ReadMounted = (path: string) => Promise<string>;

const LOOK_EVERY_MS = 5_000;
const MAX_BYTES = 1_000_000;

/**
 * Reads, and reads again as soon as a file is another one. That is asked of the file system, once every few seconds: no
 * notification of the kernel tells of a volume mounted over a folder, or of a change on another machine.
 */
export async function openMounted<T>(o: MountedOptions<T>): Promise<Mounted<T>> {
  const { load, lookEveryMs = LOOK_EVERY_MS } = o;
  const handlers: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const readAll = async (previous?: T): Promise<{ value: T; stamps: ReadonlyMap<string, string> }> => {
    const stamps = new Map<string, string>();
    const value = await load(async (path) => {
      stamps.set(path, await stampOf(path)); // before it is read: a change meanwhile is noticed the next time
      return readText(path);
    }, previous);
    return { value, stamps };
  };
  let known = await readAll();

  const look = async (): Promise<void> => {
    if (await hasChanged(known.stamps)) {
      known = await readAll(known.value);
      if (!closed) for (const handler of handlers) handler();
    }
    schedule();
  };
  const schedule = (): void => {
    if (!closed && known.stamps.size > 0) timer = setTimeout(() => void look(), lookEveryMs).unref();
  };
  schedule();
  return {
    current: () => known.value,
    onChange: (handler) => {
      handlers.push(handler);
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function hasChanged(stamps: ReadonlyMap<string, string>): Promise<boolean> {
  for (const [path, stamp] of stamps) if ((await stampOf(path)) !== stamp) return true;
  return false;
}

/** Who replaces the file, or the link of a mounted Secret that leads to it, changes one of these. */
async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(path);
    return [size, mtimeMs, ctimeMs, ino].join(' ');
  } catch (caught) {
    return codeOf(caught) ?? 'unreadable';
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error('is larger than 1 MB');
    return await readFile(path, 'utf8');
  } catch (caught) {
    switch (codeOf(caught)) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw new Error('does not exist', { cause: caught });
      case 'EACCES':
        throw new Error('may not be read by the operator: check its mode and the fsGroup of the pod', {
          cause: caught,
        });
      case 'EISDIR':
        throw new Error('is a folder', { cause: caught });
      default:
        throw caught;
    }
  }
}

function codeOf(caught: unknown): string | undefined {
  return caught instanceof Error && 'code' in caught && typeof caught.code === 'string'
    ? caught.code
    : undefined;
}
