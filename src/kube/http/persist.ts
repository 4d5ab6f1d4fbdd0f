import { describe } from '../../api/errors.ts';
import type { Random } from '../../telemetry/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { ApiError, UnreachableError } from '../errors.ts';
import { failureOf, isReading, type ApiRequest } from './api-request.ts';
import { DeadlineError } from './deadline.ts';
import { ExchangeError } from './exchange.ts';
import { retryDelay, type TryFailure } from './retry.ts';
import { abortReason, sleep } from './abort.ts';

export interface PersistOptions {
  readonly server: URL;
  readonly log: Logger;
  readonly random: Random;
  /** The server did not believe us, or we did not believe it: get fresh credentials. */
  readonly renewCredentials: () => void;
}

/** Repeats `once` as long as that is safe and promises something; `mayRepeat` can end that at any time. */
export type Persist = <T>(
  request: ApiRequest,
  signal: AbortSignal,
  once: () => Promise<T>,
  mayRepeat?: () => boolean,
) => Promise<T>;

export function createPersist({ server, log, random, renewCredentials }: PersistOptions): Persist {
  return async (request, signal, once, mayRepeat = () => true) => {
    let renewed = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await once();
      } catch (caught) {
        if (signal.aborted) throw abortReason(signal);
        const failure = failureKind(caught);
        if (failure === undefined || !mayRepeat()) throw explained(request, server, caught);

        if (isAboutCredentials(caught) && !renewed) {
          renewed = true;
          renewCredentials();
          continue;
        }
        const delay = retryDelay(failure, tries, isReading(request), random);
        if (delay === undefined) throw explained(request, server, caught);
        log.debug('trying a request again', { request: failureOf(request), tries, why: describe(caught) });
        await sleep(delay, signal);
      }
    }
  };
}

function failureKind(caught: unknown): TryFailure | undefined {
  if (caught instanceof ApiError) {
    return { kind: 'answer', status: caught.status, retryAfterMs: caught.retryAfterMs };
  }
  if (caught instanceof ExchangeError) return { kind: caught.sent ? 'broken' : 'not-sent' };
  return caught instanceof DeadlineError ? { kind: 'timeout' } : undefined;
}

function isAboutCredentials(caught: unknown): boolean {
  return (
    (caught instanceof ApiError && caught.status === 401) ||
    (caught instanceof ExchangeError && caught.isCertificate && !caught.sent)
  );
}

/** What our caller sees: no errors of sockets and timers. */
function explained(request: ApiRequest, server: URL, caught: unknown): unknown {
  if (caught instanceof DeadlineError) {
    return new UnreachableError(`${failureOf(request)}: the API server at ${server.host} does not answer`, {
      cause: caught,
    });
  }
  if (!(caught instanceof ExchangeError)) return caught;
  const what = caught.sent ? 'broke the connection' : 'cannot be reached';
  return new UnreachableError(`${failureOf(request)}: the API server at ${server.host} ${what}`, {
    cause: caught,
  });
}
