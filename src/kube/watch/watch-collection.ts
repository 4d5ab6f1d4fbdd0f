import type { ApiRequest } from '../http/api-request.ts';
import { createLineSplitter } from '../http/lines.ts';
import type { KubeObject } from '../resource-type.ts';
import type { Transport } from '../transport.ts';
import { brokenLine, parseWatchEvent, type WatchEvent } from './watch-event.ts';

export interface WatchSink<T extends KubeObject> {
  onOpen(): void;
  onEvent(event: WatchEvent<T>): void;
  /** From now on, not even a bookmark for so long means that the connection is dead. Asked after each piece. */
  idleMs(): number;
}

/** Resolves when the server ends the watch in good order; rejects with the cause when it breaks off. */
export async function watchCollection<T extends KubeObject>(
  transport: Transport,
  request: ApiRequest,
  sink: WatchSink<T>,
  signal: AbortSignal,
): Promise<void> {
  const lines = createLineSplitter();
  await transport.stream(
    request,
    {
      idleMs: () => sink.idleMs(),
      onOpen: () => {
        sink.onOpen();
      },
      onChunk: (chunk) => {
        for (const line of lines.push(chunk)) {
          if (signal.aborted) return; // stopped by the handler of the line before
          sink.onEvent(parseWatchEvent<T>(request, line));
        }
      },
    },
    signal,
  );
  // The answer ended as HTTP wants it, but in the middle of an event: that event is lost unless we ask again.
  if (lines.end() !== '') throw brokenLine(request);
}
