import { describe } from '../api/errors.ts';
import { COMPONENT } from '../api/names.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { fullJitter } from './backoff.ts';
import { ApiError, UnreachableError } from './errors.ts';
import { createEventWriter } from './event/event-writer.ts';
import { identityOf, objectIdOf, type Happening, type KubeEvent } from './event/kube-event.ts';
import { Outbox, type Outgoing } from './event/outbox.ts';
import { createSpamFilter, evictOldest, SPAM_LIMITS } from './event/spam-filter.ts';
import { abortable, isAborted, sleep } from './http/abort.ts';
import { EVENTS } from './resource-type.ts';
import { createResource } from './resource.ts';
import type { Transport } from './transport.ts';

export type { Happening } from './event/kube-event.ts';

/** Tells people what happened to an object, by core/v1 Events as `kubectl describe` shows them. */
export interface EventRecorder {
  /**
   * Returns at once and never throws. Of too many events of one object the further ones are not written; one that was
   * written before is counted up by all of them as soon as the object may have another.
   */
  record(happening: Happening): void;
  /** Resolves when everything is written; on abort it drops the rest and resolves too. */
  flush(signal: AbortSignal): Promise<void>;
  /** Drops what is not written yet, and everything that comes later. */
  close(): void;
}

export interface EventRecorderOptions {
  readonly transport: Transport;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly component?: string;
  /** Which of the operator's pods it was. */
  readonly instance?: string;
}

const MAX_TRIES = 5;
const BACKOFF = { baseMs: 1_000, maxMs: 30_000 };

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { log, clock, random } = options;
  const component = options.component ?? COMPONENT;
  const events = createResource<KubeEvent>(options.transport, EVENTS, { fieldManager: component });
  const write = createEventWriter(events, { component, instance: options.instance ?? component }, random);
  const mayHaveMore = createSpamFilter(clock, SPAM_LIMITS);
  const outbox = new Outbox();
  /** How often each happened since the object had too many. */
  const held = new Map<string, number>();
  const closing = new AbortController();
  let sending: Promise<void> | undefined;
  /** Nothing is tried before: the server is away for all. */
  let resumeMs = 0;
  let wake = new AbortController();
  /** A series of failures is logged once, not once for each event. */
  let failing = false;

  const complain = (why: string): void => {
    if (!failing) log.warn('events are being lost', { error: why });
    failing = true;
  };

  const deliver = async (outgoing: Outgoing, signal: AbortSignal): Promise<void> => {
    try {
      await write(outgoing, signal);
      failing = false;
    } catch (caught) {
      if (isAborted(signal)) return;
      outgoing.tries += 1;
      const dueMs = clock.monotonicMs() + fullJitter(outgoing.tries, BACKOFF, random);
      if (caught instanceof UnreachableError) resumeMs = dueMs;
      if (outgoing.tries < MAX_TRIES && mayPass(caught)) outbox.putBack(outgoing, dueMs);
      else complain(describe(caught));
    }
  };

  const sendAll = async (signal: AbortSignal): Promise<void> => {
    for (let due = outbox.nextDueMs(); due !== undefined && !signal.aborted; due = outbox.nextDueMs()) {
      const waitMs = Math.max(due, resumeMs) - clock.monotonicMs();
      if (waitMs > 0) {
        await nap(waitMs, signal);
        continue;
      }
      const next = outbox.take(clock.monotonicMs());
      if (next !== undefined) await deliver(next, signal);
    }
    sending = undefined;
  };

  /** Until then, or until there is something new. */
  const nap = async (ms: number, signal: AbortSignal): Promise<void> => {
    wake = new AbortController();
    await sleep(ms, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
  };

  const close = (): void => {
    closing.abort(new Error('the event recorder was closed'));
    outbox.clear();
  };

  return {
    record: (happening) => {
      if (closing.signal.aborted) return;
      const identity = identityOf(happening);
      const times = 1 + (held.get(identity) ?? 0);
      held.delete(identity);
      if (!mayHaveMore(objectIdOf(happening.regarding))) {
        held.set(identity, times);
        evictOldest(held, SPAM_LIMITS.maxObjects);
        return;
      }
      if (!outbox.put(happening, clock.now(), times)) complain('too many are waiting for the API server');
      wake.abort();
      sending ??= sendAll(closing.signal);
    },
    flush: async (signal) => {
      try {
        while (sending !== undefined) await abortable(sending, signal);
      } catch {
        close();
        await sending;
      }
    },
    close,
  };
}

/** Refused for what it is (the namespace is going away, no right to write events), it is refused the next time too. */
function mayPass(caught: unknown): boolean {
  if (caught instanceof ApiError) return caught.status === 429 || caught.status >= 500;
  return caught instanceof UnreachableError;
}
