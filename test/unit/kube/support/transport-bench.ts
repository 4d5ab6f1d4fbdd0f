import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConnection, type Connection } from '../../../../src/kube/connection.ts';
import type { ApiRequest } from '../../../../src/kube/http/api-request.ts';
import { createTransport } from '../../../../src/kube/transport.ts';
import type { RequestSeen, Transport, TransportOptions } from '../../../../src/kube/transport.ts';
import type { Clock } from '../../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { reply, startServer, type Script, type ScriptedServer } from './scripted-server.ts';

export const GET: ApiRequest = { verb: 'get', resource: 'pods', subject: 'web/a', path: '/api/v1/pods/a' };
export const CREATE: ApiRequest = {
  verb: 'create',
  resource: 'pods',
  subject: 'web/a',
  path: '/api/v1/pods',
  body: { a: 1 },
};

export const ok: Script = (response) => {
  reply(response, 200, { fine: true });
};

type OpenOptions = Pick<TransportOptions, 'requestTimeoutMs' | 'fence' | 'writeToken'>;

/** Servers and transports that end with the test. */
export interface TransportBench {
  /** A folder for tokens, certificates and the kubeconfig. */
  readonly dir: string;
  readonly seen: RequestSeen[];
  /** Moves the clock of all transports. */
  skip(ms: number): void;
  serve(...args: Parameters<typeof startServer>): Promise<ScriptedServer>;
  /** Without credentials. */
  open(url: string, options?: OpenOptions): Transport;
  /** By a kubeconfig with these fields of cluster and user. */
  openAs(url: string, cluster: object, user: object, options?: OpenOptions): Promise<Transport>;
  later(cleanup: () => void | Promise<void>): void;
}

export function useTransportBench(): TransportBench {
  const cleanups: (() => void | Promise<void>)[] = [];
  const seen: RequestSeen[] = [];
  let dir = '';
  let skippedMs = 0;
  const clock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() + skippedMs };

  beforeEach(async () => {
    skippedMs = 0;
    dir = await mkdtemp(join(tmpdir(), 'transport-test-'));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    seen.length = 0;
    await rm(dir, { recursive: true });
  });

  const connect = (
    connection: Connection,
    { requestTimeoutMs = 5_000, ...more }: OpenOptions = {},
  ): Transport => {
    const transport = createTransport(connection, {
      log: silentLogger,
      clock,
      random: () => 0.01,
      version: '1.2.3',
      ...{ requestTimeoutMs, ...more },
      onRequest: (one) => seen.push(one),
    });
    cleanups.push(() => {
      transport.close();
    });
    return transport;
  };

  return {
    get dir() {
      return dir;
    },
    seen,
    skip: (ms) => {
      skippedMs = ms;
    },
    serve: async (...args) => {
      const server = await startServer(...args);
      cleanups.push(() => server.close());
      return server;
    },
    open: (url, options) => connect(loadConnection({ master: url, env: {}, clock }), options),
    openAs: async (url, cluster, user, options) => {
      const kubeconfig = join(dir, 'config');
      const config = {
        clusters: [{ name: 'c', cluster: { server: url, ...cluster } }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      };
      await writeFile(kubeconfig, JSON.stringify(config));
      return connect(loadConnection({ kubeconfig, env: {}, clock }), options);
    },
    later: (cleanup) => {
      cleanups.push(cleanup);
    },
  };
}

/** The other end of a socket closes in its own time. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come about within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
