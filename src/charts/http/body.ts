import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** More bytes than allowed. The message completes "https://... ". */
export class SizeLimitError extends Error {}

export interface Download {
  readonly bytes: number;
  /** Of the bytes as they are in the file, hex. */
  readonly sha256: string;
}

type Chunks = AsyncIterable<Buffer>;

/** Reads a whole body into memory, unpacked if the server packed it. The limit holds for the unpacked bytes. */
export async function readBody(
  answer: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = async (source: Chunks): Promise<void> => {
    for await (const chunk of source) chunks.push(chunk);
  };
  refuseAnnounced(answer, maxBytes);
  const limit = limited(maxBytes);
  if (answer.headers['content-encoding'] === 'gzip') {
    await pipeline(answer, createGunzip(), limit, collect, { signal });
  } else {
    await pipeline(answer, limit, collect, { signal });
  }
  return Buffer.concat(chunks);
}

export interface SaveOptions {
  readonly file: string;
  readonly maxBytes: number;
  /** Unpacks what the server packed. Without, it is saved byte by byte as sent: some servers call a .tgz a packed tar. */
  readonly unpack: boolean;
  readonly signal: AbortSignal;
  /** Called with what the file grows by; may throw. */
  readonly onGrowth?: (bytes: number) => void;
}

/** Writes a body to a new file. On failure the caller removes what there is of the file. */
export async function saveBody(
  answer: IncomingMessage,
  { file, maxBytes, unpack, signal, onGrowth }: SaveOptions,
): Promise<Download> {
  const hash = createHash('sha256');
  let bytes = 0;
  const count = async function* (source: Chunks): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      onGrowth?.(chunk.length);
      yield chunk;
    }
  };
  refuseAnnounced(answer, maxBytes);
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  if (unpack && answer.headers['content-encoding'] === 'gzip') {
    await pipeline(answer, createGunzip(), limited(maxBytes), count, target, { signal });
  } else {
    await pipeline(answer, limited(maxBytes), count, target, { signal });
  }
  return { bytes, sha256: hash.digest('hex') };
}

function megabytes(bytes: number): string {
  return `${String(Math.ceil(bytes / 1e5) / 10)} MB`;
}

/** A server that says beforehand that it will send too much need not be listened to. */
function refuseAnnounced(answer: IncomingMessage, maxBytes: number): void {
  const announced = Number(answer.headers['content-length'] ?? 0);
  if (announced <= maxBytes) return;
  answer.destroy();
  throw tooLarge(maxBytes);
}

function limited(maxBytes: number): (source: Chunks) => AsyncGenerator<Buffer> {
  return async function* (source) {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  };
}

function tooLarge(maxBytes: number): SizeLimitError {
  return new SizeLimitError(`sends more than ${megabytes(maxBytes)}, which is the limit`);
}
