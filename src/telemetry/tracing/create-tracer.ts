import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../clock.ts';
import { LiveSpan, type Send } from './live-span.ts';
import { NO_SPAN, type Span, type Tracer } from './tracer.ts';

export interface CreateTracerOptions {
  readonly send: Send;
  readonly close: () => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  /** What an error says to people. */
  readonly sentenceOf: (error: unknown) => string;
}

export function createTracer({ send, close, clock, sentenceOf }: CreateTracerOptions): Tracer {
  const doing = new AsyncLocalStorage<LiveSpan>();
  const now = (): Date => clock.now();
  /** Timers and queues remember what was done when they were filled: that may be over for long. */
  const here = (): LiveSpan | undefined => {
    const span = doing.getStore();
    return span?.isOver === true ? undefined : span;
  };
  return {
    isOn: true,
    begin: (name, { attributes = {}, at = now(), under } = {}) =>
      new LiveSpan({ name, attributes, beganAt: at, above: () => live(under?.()), send, now }),
    within: (span, work) => (span instanceof LiveSpan ? doing.run(span, work) : work()),
    span: async (name, attributes, work) => {
      const span = here()?.begin(name, attributes);
      if (span === undefined) return await work(NO_SPAN);
      try {
        return await doing.run(span, () => work(span));
      } catch (caught) {
        span.fail(sentenceOf(caught));
        throw caught;
      } finally {
        span.end();
      }
    },
    child: (name, attributes) => here()?.begin(name, attributes) ?? NO_SPAN,
    current: () => here() ?? NO_SPAN,
    close,
  };
}

function live(span: Span | undefined): LiveSpan | undefined {
  return span instanceof LiveSpan ? span : undefined;
}
