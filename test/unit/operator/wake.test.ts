import { expect } from 'chai';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import type { Change } from '../../../src/kube/store.ts';
import type { Cluster } from '../../../src/operator/cluster.ts';
import { addAll, connectTriggers } from '../../../src/operator/wake.ts';
import { createWorkQueue } from '../../../src/kube/work-queue.ts';
import { testClock } from '../kube/support/fakes.ts';

const never = new AbortController().signal;

describe('what wakes releases', () => {
  it('lets one that was edited while nobody looked come before all that are as they were', async () => {
    const { cluster, tell, releases } = watching();
    const queue = createWorkQueue(testClock);
    connectTriggers(cluster, { onMoved: () => undefined }, queue, () => true);
    for (const object of releases) tell({ kind: 'added', object, initial: true });

    expect(await queue.take(never)).to.equal('shop/edited');
    expect(queue.length).to.equal(2);
  });

  it('puts nothing into the queue while nobody takes from it, and then all that there is', async () => {
    const { cluster, tell, releases } = watching();
    const queue = createWorkQueue(testClock);
    let isTaking = false;
    connectTriggers(cluster, { onMoved: () => undefined }, queue, () => isTaking);
    for (const object of releases) tell({ kind: 'added', object, initial: true });
    expect(queue.length).to.equal(0);

    isTaking = true;
    addAll(cluster, queue);
    expect(queue.length).to.equal(3);
    expect(await queue.take(never)).to.equal('shop/edited');
  });

  it('lets an edit come before all releases of a chart that has moved', async () => {
    const silent = { onChange: () => undefined };
    const watched = {
      releases: silent,
      revisions: silent,
      secrets: silent,
      configMaps: silent,
      workloads: [],
    };
    const queue = createWorkQueue(testClock);
    let move: (keys: string[]) => void = () => undefined;
    connectTriggers(
      { watched } as unknown as Cluster,
      { onMoved: (handler) => (move = handler) },
      queue,
      () => true,
    );

    move(['shop/a', 'shop/b']);
    queue.add('shop/edited');

    expect(await queue.take(never)).to.equal('shop/edited');
    expect(queue.length).to.equal(2);
  });
});

/** Three releases, one of which was edited since it was looked at, and a cluster that tells of them. */
function watching() {
  const silent = { onChange: () => undefined };
  const handlers: ((change: Change<HelmRelease>) => void)[] = [];
  const releases = Object.entries({ a: 1, b: 1, edited: 2 }).map(([name, generation]) => {
    const metadata = { namespace: 'shop', name, generation };
    return { metadata, spec: {}, status: { observedGeneration: 1 } } as unknown as HelmRelease;
  });
  const watched = {
    releases: {
      onChange: (handler: (change: Change<HelmRelease>) => void) => handlers.push(handler),
      store: { byIndex: () => [], values: () => releases },
    },
    ...{ revisions: silent, secrets: silent, configMaps: silent, workloads: [] },
  };
  return {
    cluster: { watched } as unknown as Cluster,
    releases,
    tell: (change: Change<HelmRelease>): void => {
      for (const handler of handlers) handler(change);
    },
  };
}
