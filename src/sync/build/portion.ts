import { programBeside } from '../../process/program-beside.ts';
import { runInThread } from '../../process/thread.ts';
import { type ParsedFile, parseFile, type SourceFile } from './documents.ts';

/** Files for a thread: the bytes of all in one piece, which it takes over. */
export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly files: readonly (Omit<SourceFile, 'bytes'> & { readonly end: number })[];
}

const LIMITS = { memoryLimitMb: 512, timeLimitMs: 60_000 };
const PROGRAM = programBeside('build-worker', import.meta.url);

/** Parses files without holding up the event loop. Throws ThreadError when that takes too much. */
export async function parseInThread(
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<readonly ParsedFile[]> {
  const packed = pack(files);
  const options = { transfer: [packed.bytes.buffer], ...LIMITS };
  return (await runInThread(PROGRAM, packed, options, signal)) as readonly ParsedFile[];
}

/** The work of the thread. */
export function parsePacked({ bytes, files }: Packed): readonly ParsedFile[] {
  let start = 0;
  return files.map(({ end, path, governed }) => {
    const part = bytes.subarray(start, end);
    start = end;
    return parseFile({ path, governed, bytes: part });
  });
}

function pack(files: readonly SourceFile[]): Packed {
  const bytes = new Uint8Array(files.reduce((sum, file) => sum + file.bytes.length, 0));
  let end = 0;
  return {
    files: files.map((file) => {
      bytes.set(file.bytes, end);
      end += file.bytes.length;
      return { path: file.path, governed: file.governed, end };
    }),
    bytes,
  };
}
