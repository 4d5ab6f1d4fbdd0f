import { redactField, redactText } from '../redact.ts';
import type { Attributes, Span } from './tracer.ts';

/** A span that a collector is going to hear of. */
export interface Sent {
  /** Undefined where the trace is not sampled. */
  readonly traceId: string | undefined;
  readonly set: (attributes: Attributes) => void;
  readonly fail: (sentence: string | undefined) => void;
  readonly end: (at: Date) => void;
}

/** Begins a span that will be sent. */
export type Send = (
  name: string,
  o: { readonly at: Date; readonly attributes: Attributes; readonly parent: Sent | undefined },
) => Sent;

export interface LiveSpanOptions {
  readonly name: string;
  readonly attributes: Attributes;
  readonly beganAt: Date;
  readonly above: () => LiveSpan | undefined;
  readonly send: Send;
  readonly now: () => Date;
}

/** A span in the making. Until it is kept it is only remembered, with all that begins below it in the meantime. */
export class LiveSpan implements Span {
  readonly beganAt: Date;
  readonly #o: LiveSpanOptions;
  #attributes: Attributes;
  #shared: Attributes = {};
  #failure: { readonly sentence: string | undefined } | undefined;
  #endedAt: Date | undefined;
  #sent: Sent | undefined;
  /** Waiting for this one to be kept. */
  #below: LiveSpan[] = [];

  constructor(o: LiveSpanOptions) {
    this.#o = o;
    this.beganAt = o.beganAt;
    this.#attributes = o.attributes;
  }

  get traceId(): string | undefined {
    return this.#sent === undefined ? this.#o.above()?.traceId : this.#sent.traceId;
  }

  get isKept(): boolean {
    return this.#sent !== undefined;
  }

  get isOver(): boolean {
    return this.#endedAt !== undefined;
  }

  /** One that is kept together with this one. */
  begin(name: string, attributes: Attributes): LiveSpan {
    const { send, now } = this.#o;
    const span = new LiveSpan({
      ...{ name, send, now, beganAt: now(), above: () => this },
      attributes: { ...this.#shared, ...attributes },
    });
    span.share(this.#shared);
    if (this.isKept) span.keep();
    else this.#below.push(span);
    return span;
  }

  readonly set = (attributes: Attributes): void => {
    this.#attributes = { ...this.#attributes, ...attributes };
    this.#sent?.set(redacted(attributes));
  };

  readonly share = (attributes: Attributes): void => {
    this.set(attributes);
    this.#shared = { ...this.#shared, ...attributes };
  };

  readonly fail = (sentence?: string): void => {
    this.#failure = { sentence };
    this.#sent?.fail(shown(sentence));
  };

  readonly keep = (): void => {
    this.#keep();
  };

  readonly end = (at = this.#o.now()): void => {
    if (this.isOver) return;
    this.#endedAt = at;
    this.#sent?.end(at);
  };

  #keep(): Sent {
    const over = this.isKept ? undefined : this.#o.above();
    // Which keeps all that is below it, and this may be of that.
    const parent = over === undefined ? undefined : over.#keep();
    return this.#sent ?? this.#send(over, parent);
  }

  #send(over: LiveSpan | undefined, parent: Sent | undefined): Sent {
    const { name, send } = this.#o;
    // What that one shares it may have learned after this one was begun.
    const shared = over === undefined ? {} : over.#shared;
    const attributes = redacted({ ...shared, ...this.#attributes });
    const sent = send(name, { at: this.beganAt, attributes, parent });
    this.#sent = sent;
    this.#shared = { ...shared, ...this.#shared };
    if (this.#failure !== undefined) sent.fail(shown(this.#failure.sentence));
    if (this.#endedAt !== undefined) sent.end(this.#endedAt);
    const below = this.#below;
    this.#below = [];
    for (const span of below) span.keep();
    return sent;
  }
}

function shown(sentence: string | undefined): string | undefined {
  return sentence === undefined ? undefined : redactText(sentence);
}

function redacted(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, redactField(key, value)]));
}
