import { describe } from '../api/errors.ts';
import { RECEIVER_LABEL } from '../api/names.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import type { Informer } from '../kube/informer.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { type HttpServer, openHttpServer } from '../server/http-server.ts';
import { shownTarget } from '../server/hooks/hook-path.ts';
import { createRelay, RELAYED } from '../server/relay.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface StandByOptions {
  readonly listen: ListenAddress;
  /** The operator's own namespace. */
  readonly namespace: string;
  readonly secrets: Pick<Informer<KubeObject>, 'store' | 'onChange'>;
  /** `host:port` where the one that leads takes webhooks. */
  readonly leader: () => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface StandBy {
  readonly begin: () => void;
  /** Leaves the port to whoever listens next. */
  readonly end: () => Promise<void>;
}

const TIMEOUT_MS = 5_000;

/**
 * Webhooks reach any replica: one that stands by passes them on to the leader. As with the leader, the port is closed while
 * there is no receiver.
 */
export function standBy({ listen, namespace, secrets, leader, clock, log }: StandByOptions): StandBy {
  let server: HttpServer | undefined;
  let standing = false;
  /** One change after the other. */
  let turn = Promise.resolve();

  const isWanted = (): boolean =>
    standing && [...secrets.store.values()].some((secret) => isReceiver(secret, namespace));
  const adjust = async (): Promise<void> => {
    if (isWanted() === (server !== undefined)) return;
    if (isWanted()) {
      server = await openHttpServer({
        ...{ listen, log, setting: '--webhook-listen', shown: shownTarget },
        answer: createRelay({ to: leader, clock, log }),
      });
      return;
    }
    const last = server;
    server = undefined;
    await last?.stop();
  };
  const change = (): Promise<void> => {
    turn = turn.then(adjust).catch((error: unknown) => {
      log.warn('webhooks are not passed on to the leader', { error: describe(error) });
    });
    return turn;
  };
  secrets.onChange(({ object }) => {
    if (standing && isReceiver(object, namespace) !== (server !== undefined)) void change();
  });
  return {
    begin: () => {
      standing = true;
      void change();
    },
    end: () => {
      standing = false;
      return change();
    },
  };
}

/** As `standBy`, for a call to this replica's own API. */
export async function askToSyncGit(leader: string, log: Logger): Promise<void> {
  try {
    await fetch(`http://${leader}/api/v1/sync-git`, {
      method: 'POST',
      headers: { [RELAYED]: '1' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    log.warn('the leader could not be asked to look at its repositories', { error: describe(error) });
  }
}

function isReceiver({ metadata }: KubeObject, namespace: string): boolean {
  return metadata.namespace === namespace && metadata.labels?.[RECEIVER_LABEL] !== undefined;
}
