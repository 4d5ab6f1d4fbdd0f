import type { ApiRequest } from './http/api-request.ts';
import { withDeadline } from './http/deadline.ts';
import { pathOfType, PODS } from './resource-type.ts';
import type { StreamSink, Transport } from './transport.ts';

export interface LogTail {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly lines: number;
}

/** The last lines that a container wrote. Never more than a quarter of a megabyte, of which the end is given. */
export type ReadLogTail = (tail: LogTail, signal: AbortSignal) => Promise<string>;

const MAX_BYTES = 262_144;
/** The kubelet may be away, and nobody waits for logs for long. */
const TIMEOUT_MS = 10_000;

export function createLogReader(transport: Pick<Transport, 'stream'>): ReadLogTail {
  return async ({ namespace, pod, container, lines }, signal) => {
    const chunks: Buffer[] = [];
    const request: ApiRequest = {
      verb: 'get',
      resource: 'pods/log',
      subject: `${namespace}/${pod}`,
      path: pathOfType(PODS, { namespace, name: pod, subresource: 'log' }),
      query: { container, tailLines: String(lines), limitBytes: String(MAX_BYTES) },
      accept: '*/*',
    };
    const sink: StreamSink = {
      onOpen: () => undefined,
      onChunk: (chunk) => {
        chunks.push(chunk);
      },
      idleMs: () => TIMEOUT_MS,
    };
    await withDeadline(TIMEOUT_MS, signal, (limited) => transport.stream(request, sink, limited));
    const text = Buffer.concat(chunks).toString('utf8');
    // The server may have ended in the middle of a line.
    return text.length < MAX_BYTES ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  };
}
