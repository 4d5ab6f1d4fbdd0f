import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A span as a collector got it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** What a span that failed says; empty if it says nothing. */
  readonly failed?: string;
}

/** A collector of OpenTelemetry that takes OTLP over HTTP in JSON. */
export interface TraceReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Attributes of the resources that have sent something. */
  readonly resources: readonly ReceivedSpan['attributes'][];
  /** Answers with this status from now on, and takes nothing unless it is 200. */
  answer(status: number): void;
  stop(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number | string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: readonly Attribute[];
        readonly status: { readonly code?: number; readonly message?: string };
      }[];
    }[];
  }[];
}

const ERROR = 2;

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const resources: ReceivedSpan['attributes'][] = [];
  let status = 200;
  const take = (text: string): void => {
    const { resourceSpans } = JSON.parse(text) as Export;
    for (const { resource, scopeSpans } of resourceSpans) {
      resources.push(attributesOf(resource.attributes));
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        const { traceId, spanId, parentSpanId = '', name } = span;
        spans.push({
          ...{ traceId, spanId, parentSpanId, name },
          startMs: Number(BigInt(span.startTimeUnixNano) / 1_000n) / 1_000,
          endMs: Number(BigInt(span.endTimeUnixNano) / 1_000n) / 1_000,
          attributes: attributesOf(span.attributes),
          ...(span.status.code === ERROR ? { failed: span.status.message ?? '' } : {}),
        });
      }
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fits = request.method === 'POST' && request.url === '/v1/traces';
      if (fits && status === 200) take(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(fits ? status : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    spans,
    resources,
    answer: (next) => {
      status = next;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function attributesOf(list: readonly Attribute[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    list.map(({ key, value }) => {
      const { stringValue, boolValue, doubleValue, intValue } = value;
      return [key, stringValue ?? boolValue ?? doubleValue ?? Number(intValue)];
    }),
  );
}

/** The names of the spans of a trace in the order in which they began, each below what it is a part of. */
export function treeOf(spans: readonly ReceivedSpan[]): readonly string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string): readonly ReceivedSpan[] =>
    spans.filter(({ parentSpanId }) => parentSpanId === parent).sort((a, b) => a.startMs - b.startMs);
  const lines = (span: ReceivedSpan, depth: number): readonly string[] => [
    `${'  '.repeat(depth)}${span.name}`,
    ...below(span.spanId).flatMap((each) => lines(each, depth + 1)),
  ];
  const lost = spans.filter(({ parentSpanId }) => parentSpanId !== '' && !known.has(parentSpanId));
  return [...below(''), ...lost].flatMap((span) => lines(span, 0));
}
