import { readFile } from 'node:fs/promises';
import { CredentialsError } from '../../api/errors.ts';
import type { Clock } from '../../telemetry/clock.ts';

/** Kubernetes swaps a mounted token or CA long before the old one ends, so this is soon enough. */
const RECHECK_MS = 10_000;

/** The content of a file that somebody replaces from time to time: a token, a certificate, a CA. */
export interface FileSource {
  read(): Promise<Buffer>;
  /** Makes the next read() look at the file, however recent the last look. */
  expire(): void;
}

/** Reads again at most every ten seconds. While a swap makes the file unreadable, the last content serves. */
export function createFileSource(path: string, clock: Clock): FileSource {
  let content: Buffer | undefined;
  let readAt = -Infinity;

  return {
    read: async () => {
      if (content !== undefined && clock.monotonicMs() - readAt < RECHECK_MS) return content;
      readAt = clock.monotonicMs();
      try {
        content = await readFile(path);
      } catch (caught) {
        if (content === undefined) {
          throw new CredentialsError(`the file ${path} with our credentials cannot be read`, {
            cause: caught,
          });
        }
      }
      return content;
    },
    expire: () => {
      readAt = -Infinity;
    },
  };
}
