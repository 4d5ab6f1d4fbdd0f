export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A piece of work with its time, as a part of a trace. Nobody hears of it until it is kept. */
export interface Span {
  /** Undefined where it is not sampled, and as long as nothing is kept that it is below of. */
  readonly traceId: string | undefined;
  readonly isKept: boolean;
  readonly beganAt: Date;
  readonly set: (attributes: Attributes) => void;
  /** Sets them on this span and on all that begin below it from now on. */
  readonly share: (attributes: Attributes) => void;
  /** The sentence is one that may be shown to anybody who may read the object it is about. */
  readonly fail: (sentence?: string) => void;
  /** Keeps it, what it is below of, and what was done within it. */
  readonly keep: () => void;
  readonly end: (at?: Date) => void;
}

export interface BeginOptions {
  readonly attributes?: Attributes;
  /** When it was begun; now if not given. */
  readonly at?: Date;
  /** Asked when the span is kept: what it is below of. Without one it begins a trace. */
  readonly under?: () => Span | undefined;
}

export interface Tracer {
  /** False if nothing is traced: then there is nothing to be prepared for it either. */
  readonly isOn: boolean;
  /** A span that is kept only when somebody says so. */
  readonly begin: (name: string, options?: BeginOptions) => Span;
  /** Does the work within a span: what begins there without a place of its own is below that span. */
  readonly within: <T>(span: Span, work: () => T) => T;
  /**
   * The work as a span below the one that it is done within, and kept together with that. Outside of any, and within one that
   * is over, it is only done.
   */
  readonly span: <T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>) => Promise<T>;
  /** The same for what is no single piece of code. */
  readonly child: (name: string, attributes: Attributes) => Span;
  /** What this is done within. */
  readonly current: () => Span;
  /** Sends what is left, for as long as somebody takes it, but not for ever. */
  readonly close: () => Promise<void>;
}

export const NO_SPAN: Span = {
  traceId: undefined,
  isKept: false,
  beganAt: new Date(0),
  set: () => undefined,
  share: () => undefined,
  fail: () => undefined,
  keep: () => undefined,
  end: () => undefined,
};

export const NO_TRACER: Tracer = {
  isOn: false,
  begin: () => NO_SPAN,
  within: (_span, work) => work(),
  span: (_name, _attributes, work) => work(NO_SPAN),
  child: () => NO_SPAN,
  current: () => NO_SPAN,
  close: () => Promise.resolve(),
};
