import type { Chart, ChartSource } from '../chart.ts';
import { sourceKey } from '../source.ts';
import { answersOf, type RepositoryAnswer } from './answers.ts';
import { createLookups, type LookupsOptions } from './lookups.ts';
import { createPace } from './pace.ts';
import { hasMoved, type Outcome, type SourceState } from './source-state.ts';
import { type KindStats, statsOf } from './stats.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface SourcesOptions extends Omit<LookupsOptions, 'onOutcome' | 'waitersOf'> {
  /** Whether the archive of a chart is still in the store. */
  readonly isStored: (chart: Chart) => Promise<boolean>;
  /** Releases wait for helm: what has failed is asked again rarely then. */
  readonly isBusy?: () => boolean;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Ask the source now, whatever is known of it; a lookup that is under way already will do. */
  readonly fresh?: boolean;
}

/** All chart sources in use: what they hold is looked up once for everybody, and again at their interval. */
export interface Sources {
  /** Throws OperatorErrors; an error is remembered for a while, so that a broken source is not asked by each release. */
  resolve(source: ChartSource, o: ResolveOptions): Promise<Chart>;
  /** A subscriber watches one source; watching another ends that. */
  watch(source: ChartSource, subscriber: string): void;
  unwatch(subscriber: string): void;
  onMoved(handler: (subscribers: string[]) => void): void;
  /**
   * Looks the watched sources of those repositories up of which one matches, each repository at a pace of its own however
   * often this is called; failures go where they always go. Settles when every one has been looked up after the call.
   */
  refresh(matches: (source: ChartSource) => boolean): Promise<void>;
  refreshAll(): Promise<void>;
  stats(): readonly KindStats[];
  /** Of the watched ones. */
  answers(): readonly RepositoryAnswer[];
  /** Those that are watched. */
  inUse(): readonly ChartSource[];
  close(): void;
}

const MAX_UNWATCHED = 1_000;
const SHORTEST_INTERVAL_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1; // a longer one would fire at once

/** Between two refreshes that somebody asked for; a repository that does not answer has a little more time to mend. */
const REFRESH_PAUSE_MS = 1_000;
const FAILING_PAUSE_MS = 5_000;

/** While releases wait for helm: between two sources that are tried again, and until one looks whether it may. */
const BUSY_INTERVAL_MS = 250;
const BUSY_PAUSE_MS = 5_000;

/** What was learned that recently of a shared index or remote is new enough for the lookup of an interval. */
const SHARED_PART_OF_INTERVAL = 0.8;

export function createSources(o: SourcesOptions): Sources {
  const { clock, random, maxAgeMs } = o;
  const closing = new AbortController();
  const states = new Map<string, SourceState>(); // in the order of use
  const handlers: ((subscribers: string[]) => void)[] = [];
  const subscriptions = createSubscriptions();

  const lookups = createLookups({
    ...o,
    waitersOf: (key) => subscriptions.count(key),
    onOutcome: (state, before) => {
      schedule(state);
      if (state.outcome === undefined || !hasMoved(before, state.outcome)) return;
      const concerned = subscriptions.of(state.key);
      if (concerned.length > 0) for (const handler of handlers) handler(concerned);
    },
  });

  let retriedAt = -Infinity;
  const mayRetry = (): boolean => {
    const now = clock.monotonicMs();
    if (o.isBusy?.() === true && now - retriedAt < BUSY_INTERVAL_MS) return false;
    retriedAt = now;
    return true;
  };

  const intervalSince = ({ source }: SourceState): number =>
    clock.monotonicMs() - maxAgeMs(source.kind) * SHARED_PART_OF_INTERVAL;

  const schedule = (state: SourceState): void => {
    clearTimeout(state.timer);
    if (closing.signal.aborted || !subscriptions.has(state.key)) return;
    const now = clock.monotonicMs();
    const { source, outcome } = state;
    const interval = Math.max(SHORTEST_INTERVAL_MS, maxAgeMs(source.kind)) * (0.9 + 0.2 * random());
    const delay =
      outcome?.kind === 'failed' ? Math.max(SHORTEST_INTERVAL_MS, outcome.retryAt - now) : interval;
    const look = (): void => {
      const failed = outcome?.kind === 'failed';
      if (failed && !mayRetry()) {
        state.timer = setTimeout(look, BUSY_PAUSE_MS * (0.5 + random()));
        return;
      }
      const since = failed ? clock.monotonicMs() : intervalSince(state);
      lookups.run(state, since, closing.signal).catch(() => undefined); // it is in the outcome
    };
    state.timer = setTimeout(look, Math.min(delay, LONGEST_TIMER_MS));
  };

  const stateOf = (source: ChartSource): SourceState => {
    const key = sourceKey(source);
    const state = states.get(key) ?? { key, source, failures: 0, goodAt: clock.monotonicMs() };
    states.delete(key);
    states.set(key, state);
    forgetUnwatched();
    return state;
  };

  const forgetUnwatched = (): void => {
    let tooMany = states.size - subscriptions.sources() - MAX_UNWATCHED;
    for (const { key } of tooMany > 0 ? states.values() : []) {
      if (tooMany <= 0) return;
      if (subscriptions.has(key)) continue;
      states.delete(key);
      tooMany -= 1;
    }
  };

  const unwatch = (subscriber: string): void => {
    const left = states.get(subscriptions.remove(subscriber) ?? '');
    if (left === undefined || subscriptions.has(left.key)) return;
    clearTimeout(left.timer);
    if (left.outcome?.kind !== 'failed') return;
    // Whoever comes next has not heard it yet, and may come because it is mended.
    delete left.outcome;
    left.failures = 0;
  };

  /** What is known, if it is new enough and still there. */
  const recent = async ({ source, outcome }: SourceState): Promise<Outcome | undefined> => {
    const now = clock.monotonicMs();
    if (outcome?.kind === 'failed') return now < outcome.retryAt ? outcome : undefined;
    if (!outcome || now - outcome.at >= maxAgeMs(source.kind)) return undefined;
    return (await o.isStored(outcome.chart)) ? outcome : undefined;
  };

  const watched = (): SourceState[] => [...states.values()].filter(({ key }) => subscriptions.has(key));

  const lookAgain = async (state: SourceState, since: number): Promise<void> => {
    const look = () => lookups.run(state, since, closing.signal).catch(() => undefined);
    await look();
    // It may have joined a lookup that was under way, which can have missed what there is to see.
    if ((state.lookedAt ?? 0) < since && !closing.signal.aborted) await look();
  };

  const pace = createPace<readonly SourceState[]>({
    clock,
    work: async (repository) => {
      const since = clock.monotonicMs();
      await Promise.all(repository.map((state) => lookAgain(state, since)));
    },
    pauseMs: (repository) =>
      repository.every(({ outcome }) => outcome?.kind === 'failed') ? FAILING_PAUSE_MS : REFRESH_PAUSE_MS,
  });

  const refresh = async (matches: (source: ChartSource) => boolean): Promise<void> => {
    const repositories = [...Map.groupBy(watched(), ({ source }) => source.url)];
    // Never a part of one: it would take the place of the rest, for which somebody else may be waiting.
    const concerned = repositories.filter(([, states]) => states.some(({ source }) => matches(source)));
    await Promise.all(concerned.map(([url, states]) => pace.ask(url, states)));
  };

  return {
    resolve: async (source, { signal, fresh = false }) => {
      signal.throwIfAborted();
      const state = stateOf(source);
      const known = fresh ? undefined : await recent(state);
      if (known?.kind === 'found') return known.chart;
      if (known) throw known.error;
      return lookups.run(state, fresh ? clock.monotonicMs() : intervalSince(state), signal);
    },
    watch: (source, subscriber) => {
      const state = stateOf(source);
      if (subscriptions.sourceOf(subscriber) === state.key) return;
      unwatch(subscriber);
      const isFirst = !subscriptions.has(state.key);
      subscriptions.add(subscriber, state.key);
      if (isFirst) schedule(state);
    },
    unwatch,
    onMoved: (handler) => {
      handlers.push(handler);
    },
    refresh,
    refreshAll: () => refresh(() => true),
    stats: () => statsOf(watched(), clock.monotonicMs()),
    answers: () => answersOf(watched(), clock.monotonicMs()),
    inUse: () => watched().map(({ source }) => source),
    close: () => {
      closing.abort(new Error('the operator is stopping'));
      pace.close();
      for (const { timer } of states.values()) clearTimeout(timer);
    },
  };
}
