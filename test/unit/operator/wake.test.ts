import { expect } from 'chai';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import type { Change } from '../../../src/kube/store.ts';
import type { Cluster } from '../../../src/operator/cluster.ts';
import { connectTriggers } from '../../../src/operator/wake.ts';
import { createWorkQueue } from '../../../src/kube/work-queue.ts';
import { testClock } from '../kube/support/fakes.ts';

const never = new AbortController().signal;

describe('what wakes releases', () => {
  it('lets one that was edited while nobody looked come before all that are as they were', async () => {
    const silent = { onChange: () => undefined };
    let tell: (change: Change<HelmRelease>) => void = () => undefined;
    const releases = {
      onChange: (handler: typeof tell) => (tell = handler),
      store: { byIndex: () => [] },
    };
    const watched = { releases, revisions: silent, secrets: silent, configMaps: silent, workloads: [] };
    const queue = createWorkQueue(testClock);
    connectTriggers({ watched } as unknown as Cluster, { onMoved: () => undefined }, queue);

    for (const [name, generation] of Object.entries({ a: 1, b: 1, edited: 2 })) {
      const metadata = { namespace: 'shop', name, generation };
      const object = { metadata, spec: {}, status: { observedGeneration: 1 } } as unknown as HelmRelease;
      tell({ kind: 'added', object, initial: true });
    }

    expect(await queue.take(never)).to.equal('shop/edited');
    expect(queue.length).to.equal(2);
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
    connectTriggers({ watched } as unknown as Cluster, { onMoved: (handler) => (move = handler) }, queue);

    move(['shop/a', 'shop/b']);
    queue.add('shop/edited');

    expect(await queue.take(never)).to.equal('shop/edited');
    expect(queue.length).to.equal(2);
  });
});
