import type { CommitFile, FileContent } from '../../git/files.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import { ThreadError } from '../../process/thread.ts';
import { type ParsedFile, parseFile, type SourceFile } from './documents.ts';
import { createMemo } from './memo.ts';
import { parseInThread } from './portion.ts';
import { createTurns } from './turns.ts';

/** Reads manifests for all builds; of what it has read before it remembers as much as there is room for. */
export interface Parser {
  /** Calls `read` only for files that are not known. Gives them in no particular order. */
  parse(files: readonly CommitFile[], read: ReadFiles, signal: AbortSignal): AsyncGenerator<FileParsed>;
  /** Something that no blob of Git holds. */
  parseOne(file: SourceFile, signal: AbortSignal): Promise<ParsedFile>;
}

export type ReadFiles = (files: readonly CommitFile[]) => AsyncIterable<FileContent>;

export interface FileParsed {
  readonly file: CommitFile;
  readonly parsed: ParsedFile;
}

const MEMO_BYTES = 64_000_000;
const INLINE_BYTES = 1_000_000;
const INLINE_FILES = 200;

/** In memory at once, and a few times as much in the thread. */
const PORTION_BYTES = 16_000_000;
const TURN_BYTES = 50_000;

export function createParser(memoBytes: number = MEMO_BYTES): Parser {
  const memo = createMemo(memoBytes);
  const one = createSemaphore(1); // two large portions at once would double the memory, not the speed

  const apart = async (
    files: readonly SourceFile[],
    signal: AbortSignal,
  ): Promise<readonly ParsedFile[] | ThreadError> => {
    try {
      return await one.run(signal, () => parseInThread(files, signal));
    } catch (error) {
      if (error instanceof ThreadError) return error;
      throw error;
    }
  };

  async function* here(contents: AsyncIterable<FileContent>): AsyncGenerator<FileParsed> {
    const turn = createTurns(TURN_BYTES);
    for await (const content of contents) {
      const parsed = parseFile(sourceOf(content));
      memo.set(keyOf(content.file), parsed);
      yield { file: content.file, parsed };
      await turn(content.bytes.length);
    }
  }

  async function* inThreads(
    contents: AsyncIterable<FileContent>,
    signal: AbortSignal,
  ): AsyncGenerator<FileParsed> {
    for await (const portion of portions(contents)) {
      const sources = portion.map(sourceOf);
      const results = await apart(sources, signal);
      if (results instanceof ThreadError) {
        // Which of them it is because of nobody knows: nothing is remembered.
        for (const { file } of portion.slice(0, 1)) yield { file, parsed: unreadable(sources, results) };
        continue;
      }
      for (const [at, { file }] of portion.entries()) {
        const parsed = results[at];
        if (parsed === undefined) throw new Error(`the thread left out ${file.path}`);
        memo.set(keyOf(file), parsed);
        yield { file, parsed };
      }
    }
  }

  return {
    parse: async function* (files, read, signal) {
      const unknown: CommitFile[] = [];
      for (const file of files) {
        const parsed = memo.get(keyOf(file));
        if (parsed === undefined) unknown.push(file);
        else yield { file, parsed };
      }
      if (unknown.length === 0) return;
      const bytes = unknown.reduce((sum, { size }) => sum + size, 0);
      const isLittle = bytes <= INLINE_BYTES && unknown.length <= INLINE_FILES;
      yield* isLittle ? here(read(unknown)) : inThreads(read(unknown), signal);
    },
    parseOne: async (file, signal) => {
      if (file.bytes.length <= INLINE_BYTES) return parseFile(file);
      const results = await apart([file], signal);
      return results instanceof ThreadError
        ? unreadable([file], results)
        : (results[0] ?? unreadable([file]));
    },
  };
}

/** What a file says depends on its name too: its faults name it, and JSON is read as such. */
function keyOf({ blob, path }: CommitFile): string {
  return `${blob} ${path}`;
}

function sourceOf({ file, bytes }: FileContent): SourceFile {
  return { path: file.path, bytes, governed: false };
}

async function* portions(contents: AsyncIterable<FileContent>): AsyncGenerator<readonly FileContent[]> {
  let portion: FileContent[] = [];
  let bytes = 0;
  for await (const content of contents) {
    portion.push(content);
    bytes += content.bytes.length;
    if (bytes < PORTION_BYTES) continue;
    yield portion;
    [portion, bytes] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}

function unreadable(files: readonly SourceFile[], error = new ThreadError('ended')): ParsedFile {
  const [file = ''] = files.map(({ path }) => path);
  const what =
    files.length > 1
      ? `this file and ${String(files.length - 1)} others cannot be read`
      : 'it cannot be read';
  const why = `${what}: ${error.message}; make smaller files of the largest, or name them in a .gitsyncignore`;
  return { documents: [], faults: [{ file, why }], skipped: 0 };
}
