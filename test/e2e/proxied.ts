import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startFaultProxy } from '../../hack/testenv/fault-proxy.ts';
import type { FaultProxy, RequestRecord } from '../../hack/testenv/fault-proxy.ts';
import type { Match } from '../../hack/testenv/faults/fault.ts';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { conditionOf, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A world whose operator, and the helm that it runs, reach the API server through a fault proxy. */
export interface ProxiedWorld extends World {
  readonly proxy: FaultProxy;
  readonly releases: (namespace: string) => Promise<readonly HelmRelease[]>;
  /** Waits until all of these HelmReleases are ready, or those of the namespace, and gives them. */
  readonly allReady: (
    namespace: string,
    count: number,
    timeoutMs?: number,
  ) => Promise<readonly HelmRelease[]>;
}

export const OURS: Match = { userAgent: /^helm-release-operator\// };
export const HELMS: Match = { userAgent: /^Helm\// };

export async function startProxiedWorld(): Promise<ProxiedWorld> {
  const world = await startWorld();
  const dir = await mkdtemp(join(tmpdir(), 'proxied-'));
  const proxy = await startFaultProxy(dir, world.cluster.plane);
  const releases = (namespace: string): Promise<readonly HelmRelease[]> =>
    world.cluster.list<HelmRelease>('helmreleases', namespace);
  return {
    ...world,
    proxy,
    releases,
    allReady: (namespace, count, timeoutMs) =>
      eventually(async () => {
        const found = await releases(namespace);
        expect(found).to.have.length(count);
        for (const release of found) {
          const { status, message } = conditionOf(release, 'Ready');
          expect(status, `${release.metadata.name}: ${message}`).to.equal('True');
        }
        return found;
      }, timeoutMs),
    kubeconfig: (flags) => world.kubeconfig(flags, proxy),
    operator: async (settings = {}) => {
      const kubeconfig = settings.kubeconfig ?? (await world.kubeconfig(settings.flags, proxy));
      return world.operator({ ...settings, kubeconfig });
    },
    stop: async () => {
      await proxy.close();
      await rm(dir, { recursive: true, force: true });
      await world.stop();
    },
  };
}

/** Who asked what, one line for each request: `helm-release-operator update helmreleases/status web`. */
export function inWords(requests: readonly RequestRecord[]): readonly string[] {
  return requests.map(({ userAgent, verb, resource, name, status }) =>
    [userAgent.split('/')[0], verb, resource, name, status < 300 ? '' : String(status)]
      .filter((word) => word !== '')
      .join(' '),
  );
}
