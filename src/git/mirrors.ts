import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMirror, type Mirror, type MirrorOptions } from './mirror.ts';
import type { Endpoint } from './remote.ts';
import { createRemoteRefs, type RemoteRefs } from './remote-refs.ts';
import type { Connection } from './transport.ts';

/** All that we have of one remote. */
export interface Source {
  readonly endpoint: Endpoint;
  readonly refs: RemoteRefs;
  readonly mirror: Mirror;
}

export interface Mirrors {
  /** Made at the first use. */
  of(endpoint: Endpoint): Source;
  /** Deletes what nobody has used for a while, and the longest unused ones while there is too much. */
  sweep(): Promise<void>;
  readonly count: number;
  readonly bytes: number;
  close(): Promise<void>;
}

export interface MirrorsOptions {
  readonly connect: (endpoint: Endpoint) => Connection;
  readonly create: MirrorOptions['create'];
  readonly clock: Clock;
  readonly log: Logger;
  readonly idleMs: number;
  readonly maxMirrors: number;
  readonly maxBytes: number;
}

export function createMirrors({ connect, create, clock, log, ...limits }: MirrorsOptions): Mirrors {
  const sources = new Map<string, Source & { usedAt: number }>();
  const bytes = (): number => [...sources.values()].reduce((sum, { mirror }) => sum + mirror.bytes, 0);

  async function drop(key: string): Promise<void> {
    const source = sources.get(key);
    if (source === undefined) return;
    sources.delete(key);
    log.debug('deleting the mirror of a repository that is not used', { url: source.endpoint.url.shown });
    await source.mirror.delete();
  }

  async function sweep(): Promise<void> {
    const now = clock.monotonicMs();
    const unused = [...sources]
      .filter(([, { mirror }]) => !mirror.busy)
      .sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [key, { usedAt }] of unused) {
      const tooMuch = sources.size > limits.maxMirrors || bytes() > limits.maxBytes;
      if (!tooMuch && now - usedAt <= limits.idleMs) return;
      await drop(key).catch((error: unknown) => {
        log.warn('cannot delete a mirror', { error: String(error) });
      });
    }
  }

  return {
    of: (endpoint) => {
      const known = sources.get(endpoint.key);
      if (known !== undefined) {
        known.usedAt = clock.monotonicMs();
        return known;
      }
      const connection = connect(endpoint);
      const refs = createRemoteRefs(connection, clock);
      const mirror = createMirror({ connection, create, clock });
      const source = { endpoint, refs, mirror, usedAt: clock.monotonicMs() };
      sources.set(endpoint.key, source);
      // In the words of 1.4.4, for which people search.
      log.child({ component: 'gitchartsync' }).info('started mirroring new remote', {
        remote: endpoint.url.shown,
      });
      if (sources.size > limits.maxMirrors) void sweep();
      return source;
    },
    sweep,
    get count() {
      return sources.size;
    },
    get bytes() {
      return bytes();
    },
    close: async () => {
      await Promise.all([...sources.keys()].map(drop));
    },
  };
}
