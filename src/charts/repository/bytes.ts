import { readSync } from 'node:fs';

/** Bytes to search through, be they in memory or not. Positions are in bytes. */
export interface Bytes {
  readonly length: number;
  /** Undefined beyond the end. */
  at(position: number): number | undefined;
  /** Minus one if there is none. */
  indexOf(byte: number, from: number): number;
  text(start: number, end: number): string;
}

const WINDOW_BYTES = 1_000_000;

/** How much of what lies before a position is kept at hand, for those who look back a little. */
const BEHIND_PART = 0.1;

export function bytesOf(buffer: Buffer): Bytes {
  return {
    length: buffer.length,
    at: (position) => buffer[position],
    indexOf: (byte, from) => buffer.indexOf(byte, from),
    text: (start, end) => buffer.toString('utf8', start, end),
  };
}

/** The bytes of an open file, of which only a part is in memory. Reads synchronously: for threads that do nothing else. */
export function bytesOfFile(fd: number, length: number, windowBytes = WINDOW_BYTES): Bytes {
  const window = Buffer.alloc(windowBytes);
  let start = 0;
  let end = 0;

  const read = (from: number): void => {
    start = Math.max(0, from - Math.floor(windowBytes * BEHIND_PART));
    end = start + readSync(fd, window, 0, window.length, start);
  };
  const at = (position: number): number | undefined => {
    if (position < 0 || position >= length) return undefined;
    if (position < start || position >= end) read(position);
    return position < end ? window[position - start] : undefined;
  };
  return {
    length,
    at,
    indexOf: (byte, from) => {
      for (let position = from; at(position) !== undefined; position = end) {
        const found = window.subarray(0, end - start).indexOf(byte, position - start);
        if (found !== -1) return found + start;
      }
      return -1;
    },
    text: (from, to) => {
      const part = Buffer.alloc(Math.max(0, Math.min(to, length) - from));
      return part.toString('utf8', 0, readSync(fd, part, 0, part.length, from));
    },
  };
}
