import { createTracer } from '../../../../src/telemetry/tracing/create-tracer.ts';
import type { Attributes, Tracer } from '../../../../src/telemetry/tracing/tracer.ts';
import type { Sent } from '../../../../src/telemetry/tracing/live-span.ts';

/** A span as a collector would get it. */
export interface Recorded {
  readonly name: string;
  readonly parent: Recorded | undefined;
  readonly beganAt: number;
  attributes: Attributes;
  endedAt?: number;
  ends: number;
  failed?: string;
}

export interface Recorder {
  readonly tracer: Tracer;
  readonly spans: readonly Recorded[];
  /** Names in the order of their beginning, each below what it is a part of; `!` after what failed, `…` after what goes on. */
  readonly tree: () => readonly string[];
  /** The only span of that name. */
  readonly one: (name: string) => Recorded;
}

/** A tracer whose spans are kept in memory. Each question for the time takes a millisecond. */
export function createRecorder(): Recorder {
  const spans: Recorded[] = [];
  const known = new WeakMap<Sent, Recorded>();
  let nowMs = 0;
  const tracer = createTracer({
    clock: { now: () => new Date(nowMs++) },
    sentenceOf: (error) => `said: ${(error as Error).message}`,
    close: () => Promise.resolve(),
    send: (name, { at, attributes, parent }) => {
      const span: Recorded = {
        ...{ name, attributes, ends: 0, beganAt: at.getTime() },
        parent: parent && known.get(parent),
      };
      spans.push(span);
      const sent: Sent = {
        traceId: `trace of ${name}`,
        set: (more) => {
          span.attributes = { ...span.attributes, ...more };
        },
        fail: (sentence = '') => {
          span.failed = sentence;
        },
        end: (endedAt) => {
          span.endedAt = endedAt.getTime();
          span.ends += 1;
        },
      };
      known.set(sent, span);
      return sent;
    },
  });
  const below = (parent: Recorded | undefined, depth: number): readonly string[] =>
    spans
      .filter((span) => span.parent === parent)
      .sort((a, b) => a.beganAt - b.beganAt)
      .flatMap((span) => {
        const state = `${span.failed === undefined ? '' : '!'}${span.endedAt === undefined ? '…' : ''}`;
        return [`${'  '.repeat(depth)}${span.name}${state}`, ...below(span, depth + 1)];
      });
  return {
    tracer,
    spans,
    tree: () => below(undefined, 0),
    one: (name) => {
      const [found, ...others] = spans.filter((span) => span.name === name);
      if (found === undefined || others.length > 0) {
        throw new Error(`there is not one ${name} in ${spans.map((span) => span.name).join(', ')}`);
      }
      return found;
    },
  };
}
