import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'encoded' | 'too-large' | 'too-slow' | 'no-room' | 'gone' };

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly room: Room;
}

/** What all bodies together may hold while they are read. Who sends slowly takes up no more than what has come. */
export interface Room {
  takes(bytes: number): boolean;
  gives(bytes: number): void;
}

export function createRoom(maxBytes: number): Room {
  let taken = 0;
  return {
    takes: (bytes) => {
      if (taken + bytes > maxBytes) return false;
      taken += bytes;
      return true;
    },
    gives: (bytes) => {
      taken -= bytes;
    },
  };
}

/** Reads the body of a request as it is sent, and stops reading as soon as it is too long or takes too long. */
export function readBody(request: IncomingMessage, { maxBytes, timeoutMs, room }: BodyLimits): Promise<Body> {
  // What is packed could be unpacked to any size, and no sender packs.
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    return Promise.resolve({ kind: 'encoded' });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.resolve({ kind: 'too-large' });

  const { promise, resolve } = Promise.withResolvers<Body>();
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (body: Body): void => {
    clearTimeout(timer);
    request.off('data', take);
    request.off('end', whole);
    request.off('close', gone);
    request.pause();
    room.gives(length);
    resolve(body);
  };
  const take = (chunk: Buffer): void => {
    if (length + chunk.length > maxBytes) {
      end({ kind: 'too-large' });
    } else if (!room.takes(chunk.length)) {
      end({ kind: 'no-room' });
    } else {
      length += chunk.length;
      chunks.push(chunk);
    }
  };
  const whole = (): void => {
    end({ kind: 'whole', bytes: Buffer.concat(chunks, length) });
  };
  const gone = (): void => {
    end({ kind: 'gone' });
  };
  const timer = setTimeout(() => {
    end({ kind: 'too-slow' });
  }, timeoutMs);
  // Stays, since a connection may break after all is said. It says nothing that `close` does not.
  request.on('error', () => undefined);
  request.on('data', take);
  request.on('end', whole);
  request.on('close', gone);
  return promise;
}
