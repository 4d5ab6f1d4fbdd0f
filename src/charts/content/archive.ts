import { Parser, type ReadEntry } from 'tar';
import { InvalidChartError } from '../../api/errors.ts';
import { innerPath } from './inner-path.ts';

/** What is left to spend on one chart, its packed subcharts included. */
export interface Budget {
  bytes: number;
  files: number;
}

/** Called for each file in the order of the archive, with its path below the folder that all files share. */
export type VisitFile = (path: string, bytes: Buffer) => void;

const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Helm's own limits, and one on the number of files. */
export function fullBudget(): Budget {
  return { bytes: 100 * 1024 * 1024, files: 10_000 };
}

/**
 * Reads a .tgz of a chart without writing any of it to disk. It holds regular files only, and no more and no
 * larger ones than the budget allows; anything else throws an InvalidChartError whose message completes
 * "the archive ...".
 */
export async function readArchive(
  chunks: AsyncIterable<Buffer>,
  budget: Budget,
  visit: VisitFile,
): Promise<void> {
  let failure: unknown;
  const fail = (caught: unknown): void => {
    failure ??= caught;
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      try {
        if (failure === undefined) readEntry(entry, budget, visit, fail);
      } catch (caught) {
        fail(caught);
      } finally {
        entry.resume();
      }
    },
  });
  const done = new Promise<void>((resolve) => {
    parser.on('end', resolve);
    parser.on('error', (caught) => {
      fail(caught);
      resolve();
    });
  });

  for await (const chunk of chunks) {
    parser.write(chunk);
    if (failure !== undefined) break;
  }
  if (failure === undefined) {
    parser.end();
    await done;
  }
  if (failure instanceof InvalidChartError) throw failure;
  if (failure !== undefined) throw new InvalidChartError('is not a readable .tgz', { cause: failure });
}

function readEntry(
  entry: ReadEntry,
  budget: Budget,
  visit: VisitFile,
  fail: (caught: unknown) => void,
): void {
  if (entry.type === 'Directory' || entry.type === 'GNUDumpDir') return;
  if (!['File', 'OldFile', 'ContiguousFile'].includes(entry.type)) {
    throw new InvalidChartError(`holds ${JSON.stringify(entry.path)}, which is not a regular file`);
  }
  const path = innerPath(entry.path);
  spend(budget, entry, path);

  const parts: Buffer[] = [];
  entry.on('data', (part) => parts.push(part));
  entry.on('end', () => {
    try {
      visit(path, Buffer.concat(parts));
    } catch (caught) {
      fail(caught);
    }
  });
}

/** By the sizes in the headers: tar files hold exactly as many bytes as these say. */
function spend(budget: Budget, { size }: ReadEntry, path: string): void {
  budget.files -= 1;
  budget.bytes -= size;
  if (size > MAX_FILE_BYTES) throw new InvalidChartError(`holds ${path}, which is larger than 5 MiB`);
  if (budget.bytes < 0) throw new InvalidChartError('holds more than 100 MiB');
  if (budget.files < 0) throw new InvalidChartError('holds more than 10000 files');
}
