import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Resource } from '../../../../src/kube/resource.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { createChanges } from '../../../../src/release/observe/changes.ts';
import { createReadiness } from '../../../../src/release/observe/readiness.ts';

const TARGET = { namespace: 'shop', releaseName: 'web' };
const REVISION = { revision: 1, uid: 'uid' };
const { signal } = new AbortController();

/** As its controller has left it; at 0 it has not looked yet. */
function deployment(observedGeneration: number, replicas = 0): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'web', generation: 1, uid: 'uid', resourceVersion: '1' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } } },
    status: { observedGeneration },
  } as KubeObject;
}

/** One Deployment, on the server and as a watch knows it. */
function openWorld() {
  const changes = createChanges();
  const world = {
    server: deployment(0),
    watched: deployment(0),
    requests: [] as string[],
    change: (to: Partial<Record<'server' | 'watched', KubeObject>>): void => {
      Object.assign(world, to);
      changes.tell('shop/web');
    },
  };
  const { apiVersion, kind } = world.server as KubeObject & { apiVersion: string; kind: string };
  const objects = [{ apiVersion, kind, namespace: 'shop', name: 'web' }];
  const readiness = createReadiness({
    readPayload: () =>
      Promise.resolve({ objects, hasHooks: false, applyMethod: 'server', hasSecrets: false }),
    resourceOf: ({ plural }) =>
      ({
        get: () => {
          world.requests.push(`get ${plural}`);
          return Promise.resolve(world.server);
        },
        list: () => {
          world.requests.push(`list ${plural}`);
          return Promise.resolve({ items: [], resourceVersion: '1' });
        },
      }) as unknown as Resource<KubeObject>,
    find: () => world.watched,
    changes,
  });
  return { world, settled: () => readiness.settled(TARGET, REVISION, signal) };
}

describe('a look right after helm ran', () => {
  it('costs one request for what is ready at once', async () => {
    const { world, settled } = openWorld();
    world.change({ server: deployment(1), watched: deployment(1) });

    expect(await settled()).to.deep.equal({ kind: 'ready' });
    expect(world.requests).to.deep.equal(['get deployments']);
  });

  it('waits for the watch to tell, and asks the server only then', async () => {
    const { world, settled } = openWorld();

    const looking = settled();
    setImmediate(() => {
      world.change({ server: deployment(1), watched: deployment(1) });
    });

    expect(await looking).to.deep.equal({ kind: 'ready' });
    expect(world.requests).to.deep.equal(['get deployments']);
  });

  it('does not believe a watch that lags behind', async () => {
    const { world, settled } = openWorld();
    world.change({ watched: deployment(1) });

    const looking = settled();
    setImmediate(() => {
      world.change({ server: deployment(1) });
    });

    expect(await looking).to.deep.equal({ kind: 'ready' });
    expect(world.requests.filter((request) => request === 'get deployments')).to.have.length(2);
  });

  it('ends with what the watch says when nothing comes, and without any request', async () => {
    const { world, settled } = openWorld();

    const health = await settled();

    expect(health.kind).to.equal('progressing');
    expect(world.requests).to.deep.equal([]);
  });

  it('lists ReplicaSets only of a Deployment that does not prove itself that it is ready', async () => {
    const { world, settled } = openWorld();
    world.change({ server: deployment(1, 2), watched: deployment(1, 0) });

    const health = await settled();

    expect(health.kind).to.equal('progressing');
    expect(world.requests).to.deep.equal(['get deployments', 'list replicasets']);
  });
});
