import { describe } from '../api/errors.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import type { HttpServer } from '../server/http-server.ts';
import { startHookServer } from '../server/hooks/hook-server.ts';
import type { Push } from '../server/hooks/push.ts';
import type { ReceiveOptions } from '../server/hooks/receive.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Receivers } from './receivers.ts';

export interface HooksOptions {
  readonly listen: ListenAddress;
  readonly receivers: Receivers;
  readonly refresh: (push: Push) => void;
  readonly onEnd?: NonNullable<ReceiveOptions['onEnd']>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Between two tries to open the port. */
  readonly retryMs?: number;
}

export interface Hooks {
  /** Closes the port for good; resolves when the last delivery is answered. */
  readonly stop: () => Promise<void>;
}

const RETRY_MS = 10_000;

/**
 * Listens for webhooks as long as there is a receiver for them: without one the port is closed. One that cannot be opened
 * is tried again: releases do not depend on it.
 */
export function openHooks(o: HooksOptions): Hooks {
  const { receivers, retryMs = RETRY_MS } = o;
  const log = o.log.child({ component: 'webhooks' });
  let server: HttpServer | undefined;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  let said: string | undefined;
  /** One change after the other. */
  let turn = Promise.resolve();

  const open = async (): Promise<void> => {
    try {
      server = await startHookServer({ ...o, log, receivers: receivers.current });
      said = undefined;
    } catch (caught) {
      const error = describe(caught);
      if (error !== said) log.error('webhooks are not listened for', { error });
      said = error;
      retry = setTimeout(change, retryMs);
    }
  };
  const adjust = async (): Promise<void> => {
    clearTimeout(retry);
    const isWanted = receivers.current().size > 0 && !stopped;
    if (isWanted === (server !== undefined)) return;
    if (isWanted) {
      await open();
      return;
    }
    const last = server;
    server = undefined;
    await last?.stop();
    if (!stopped) log.info('webhooks are no longer listened for', { why: 'there is no receiver' });
  };
  const change = (): void => {
    turn = turn.then(adjust).catch((caught: unknown) => {
      log.error('the port of webhooks cannot be looked after', { error: describe(caught) });
    });
  };

  void receivers.follow(change);
  return {
    stop: () => {
      stopped = true;
      change();
      return turn;
    },
  };
}
