import { posix } from 'node:path';
import type { CommitFile } from '../../git/files.ts';
import type { Fault } from '../document.ts';
import { IGNORE_FILE, type Ignored, ignoredBy } from './ignore-file.ts';
import type { ReadFiles } from './parser.ts';
import { createTurns } from './turns.ts';

const MAX_BYTES = 100_000;
const TURN_FILES = 50;

/** Reads the ignore files among these files, and asks them about each file once. */
export async function ignoredBelow(files: readonly CommitFile[], read: ReadFiles): Promise<Ignored | Fault> {
  const own = files.filter(({ path }) => posix.basename(path) === IGNORE_FILE);
  if (own.length === 0) return () => false;
  const large = own.find(({ size }) => size > MAX_BYTES);
  if (large !== undefined) {
    return {
      file: large.path,
      why: `it is larger than ${String(MAX_BYTES)} bytes: name folders instead of files`,
    };
  }
  const texts = new Map<string, string>();
  for await (const { file, bytes } of read(own)) texts.set(file.path, bytes.toString());
  const isIgnored = ignoredBy(texts);
  if (typeof isIgnored !== 'function') return isIgnored;

  // Each may be held against hundreds of patterns.
  const turn = createTurns(TURN_FILES);
  const ignored = new Set<string>();
  for (const { path } of files) {
    if (isIgnored(path)) ignored.add(path);
    await turn(1);
  }
  return (path) => ignored.has(path);
}
