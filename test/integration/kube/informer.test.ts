import { expect } from 'chai';
import type { Fault, FaultRule } from '../../../hack/testenv/faults/fault.ts';
import { keyOf } from '../../../src/api/metadata.ts';
import {
  createInformer,
  type Change,
  type Informer,
  type InformerOptions,
} from '../../../src/kube/informer.ts';
import { CONFIG_MAPS, SECRETS, type KubeObject } from '../../../src/kube/resource-type.ts';
import { createResource, type Resource } from '../../../src/kube/resource.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { connectionsTo, eventually, never, open, startCluster, type Cluster } from './cluster.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const LABELS = { watched: 'yes' };
const SELECTION = { namespace: 'default', labelSelector: 'watched=yes' };
const WATCHES = { verb: 'watch', resource: 'configmaps' } as const;
const LISTS = { verb: 'list', resource: 'configmaps' } as const;

/** Quick enough for a test, and in the same proportions. */
const TIMING = {
  backoff: { baseMs: 20, maxMs: 500 },
  healthyAfterMs: 60_000,
  watchSeconds: { min: 300, max: 600 },
  idleMs: 1_000,
};

describe('an informer before a real API server', () => {
  let cluster: Cluster;
  let direct: Transport;
  let configMaps: Resource<ConfigMap>;
  let transport: Transport;
  let informer: Informer<ConfigMap>;
  let told: Map<string, ConfigMap>;
  let surprises: string[];

  before(async () => {
    cluster = await startCluster();
    direct = open(cluster.plane.kubeconfig);
    configMaps = createResource<ConfigMap>(direct, CONFIG_MAPS);
  }).timeout(180_000);
  after(async () => {
    direct.close();
    await cluster.stop();
  });

  const write = (name: string, color: string): Promise<ConfigMap> =>
    configMaps.apply(
      { metadata: { name, namespace: 'default', labels: LABELS }, data: { color } },
      { fieldManager: 'test', force: true },
      never(),
    );
  const remove = (name: string): Promise<boolean> =>
    configMaps.delete({ namespace: 'default', name }, {}, never());

  /** Keeps a second copy of the collection, made of nothing but what handlers are told. */
  const listen = (change: Change<ConfigMap>): void => {
    const key = keyOf(change.object);
    if ((change.kind === 'added') === told.has(key)) surprises.push(`${change.kind} ${key}`);
    if (change.kind === 'deleted') told.delete(key);
    else told.set(key, change.object);
  };
  const follow = (more: Partial<InformerOptions<ConfigMap>> = {}): void => {
    transport = open(cluster.proxy.kubeconfig, { requestTimeoutMs: 1_500 });
    told = new Map();
    surprises = [];
    informer = createInformer(createResource<ConfigMap>(transport, CONFIG_MAPS, { pageSize: 2 }), {
      ...SELECTION,
      log: silentLogger,
      clock: systemClock,
      random: systemRandom,
      timing: TIMING,
      ...more,
    });
    informer.onChange(listen);
    informer.start();
  };
  const connected = (): Promise<void> =>
    eventually(() => {
      expect(informer.state().connected).to.equal(true);
    });
  /** The copy, what handlers were told, and the server agree on every object and its version. */
  const agreed = (): Promise<void> =>
    eventually(async () => {
      const { items } = await configMaps.list(SELECTION, never());
      const versions = (objects: Iterable<ConfigMap>): string[] =>
        [...objects].map((object) => `${keyOf(object)}@${object.metadata.resourceVersion ?? ''}`).sort();
      expect(versions(informer.store.values())).to.deep.equal(versions(items));
      expect(versions(told.values())).to.deep.equal(versions(items));
    });

  beforeEach(async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await write(name, 'red');
    cluster.proxy.forgetRequests();
  });
  afterEach(async () => {
    await informer.stop();
    cluster.proxy.heal();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await remove(name);

    expect(surprises).to.deep.equal([]);
    await eventually(() => {
      expect(cluster.proxy.strike({ kind: 'reset' }, WATCHES), 'watches that are left').to.equal(0);
    });
    transport.close();
    await eventually(async () => {
      expect(await connectionsTo(cluster.proxy.url), 'connections that are left').to.equal(0);
    });
  });

  const answer = (status: number, retryAfterSeconds?: number): Fault =>
    retryAfterSeconds === undefined
      ? { kind: 'answer', status }
      : { kind: 'answer', status, retryAfterSeconds };
  const rows: readonly {
    readonly fault: string;
    /** In force before the informer starts. */
    readonly atStart?: readonly FaultRule[];
    /** Befalls the open watch. */
    readonly strike?: Fault;
    /** In force when the informer comes back after the strike. */
    readonly after?: readonly FaultRule[];
  }[] = [
    { fault: 'a connection that is reset', strike: { kind: 'reset' } },
    { fault: 'a connection that goes silent', strike: { kind: 'stall' } },
    { fault: 'a line that is cut', strike: { kind: 'truncate', afterBytes: 0 } },
    { fault: 'a 410 in the middle of a watch', strike: { kind: 'expire' } },
    {
      fault: 'a 410 in answer to a watch',
      strike: { kind: 'reset' },
      after: [{ fault: answer(410), match: WATCHES, times: 1 }],
    },
    {
      fault: 'a 410 in the middle of the new list after a 410',
      strike: { kind: 'expire' },
      after: [{ fault: answer(410), match: LISTS, times: 1, skip: 1 }],
    },
    {
      fault: 'a server that answers 500 for a while',
      strike: { kind: 'reset' },
      after: [{ fault: answer(500), match: WATCHES, times: 3 }],
    },
    {
      fault: 'a server that is busy for a second',
      strike: { kind: 'reset' },
      after: [{ fault: answer(429, 1), match: WATCHES, times: 1 }],
    },
    {
      fault: 'a server that is busy for longer than a request waits',
      strike: { kind: 'expire' },
      after: [{ fault: answer(429, 1), match: LISTS, times: 4 }],
    },
    {
      fault: 'a watch that is reset in the middle of its first event, again and again',
      strike: { kind: 'reset' },
      after: [{ fault: { kind: 'reset', afterBytes: 60 }, match: WATCHES, times: 3 }],
    },
    {
      fault: 'a watch that is cut in the middle of its second event',
      strike: { kind: 'reset' },
      after: [{ fault: { kind: 'truncate', afterBytes: 700 }, match: WATCHES, times: 1 }],
    },
    {
      fault: 'a watch that is taken and never answered',
      strike: { kind: 'reset' },
      after: [{ fault: { kind: 'stall' }, match: WATCHES, times: 1 }],
    },
    {
      fault: 'slow answers',
      strike: { kind: 'expire' },
      after: [{ fault: { kind: 'delay', ms: 700 } }],
    },
    {
      fault: 'a first list that is reset half-way',
      atStart: [{ fault: { kind: 'reset', afterBytes: 300 }, times: 4 }],
    },
    {
      fault: 'a first list that is cut half-way',
      atStart: [{ fault: { kind: 'truncate', afterBytes: 300 }, times: 2 }],
    },
    { fault: 'a first list that stalls', atStart: [{ fault: { kind: 'stall', afterBytes: 300 }, times: 1 }] },
    {
      fault: 'a second page that has expired',
      atStart: [{ fault: answer(410), match: LISTS, times: 1, skip: 1 }],
    },
    { fault: 'a server that answers 500 to the first lists', atStart: [{ fault: answer(500), times: 3 }] },
    { fault: 'a server that refuses the first list', atStart: [{ fault: answer(403), times: 2 }] },
    { fault: 'a server that takes our token for bad at first', atStart: [{ fault: answer(401), times: 3 }] },
  ];
  for (const { fault, atStart = [], strike, after: later = [] } of rows) {
    it(`ends equal to the server after ${fault}`, async () => {
      const injected = atStart.map((rule) => cluster.proxy.inject(rule));
      follow();
      if (strike !== undefined) {
        await connected();
        await write('e', 'green'); // the server sends bookmarks only after a first event
        await agreed();
        injected.push(...later.map((rule) => cluster.proxy.inject(rule)));
        expect(cluster.proxy.strike(strike, WATCHES)).to.equal(1);
      }
      await write('a', 'green');
      await remove('b');
      await write('f', 'red');
      await remove('c');
      await write('c', 'successor');

      await agreed();

      expect(injected.map((rule) => rule.hits() > 0)).to.deep.equal(injected.map(() => true));
      await connected();
      await write('g', 'red');
      await write('a', 'blue');
      await remove('d');
      await agreed();
    }).timeout(30_000);
  }

  it('survives a server that is gone for a while', async () => {
    follow();
    await connected();

    await cluster.proxy.down();
    await write('a', 'green');
    await remove('b');
    await eventually(() => {
      expect(informer.state()).to.include({ connected: false });
      expect(informer.state().problem).to.match(/cannot be reached: .*ECONNREFUSED/);
    });
    await cluster.proxy.up();

    await agreed();
    expect(informer.state()).to.include({ connected: true, problem: undefined });
  });

  it('never shows less than it knew while it is cut off', async () => {
    follow();
    await informer.synced(never());
    const rule = cluster.proxy.inject({ fault: answer(500) });
    cluster.proxy.strike({ kind: 'expire' }, WATCHES);

    await eventually(() => {
      expect(rule.hits()).to.be.greaterThan(3);
      expect(informer.store.size).to.equal(5);
    });
    cluster.proxy.heal();
    await agreed();
  });

  it('makes one list and one watch, and no other request while nothing happens', async () => {
    follow({ timing: { ...TIMING, idleMs: 180_000 } });
    await connected();
    await new Promise((resolve) => setTimeout(resolve, 2_500));

    const verbs = cluster.proxy.requests().map(({ verb, resource }) => `${verb} ${resource}`);
    expect(verbs).to.deep.equal([
      'list configmaps',
      'list configmaps',
      'list configmaps',
      'watch configmaps',
    ]);
  });

  it('only watches again, from where it was, when a watch has come to its end', async () => {
    const requests = () => cluster.proxy.requests().map(({ verb }) => verb);
    follow({ timing: { ...TIMING, watchSeconds: { min: 1, max: 1 }, idleMs: 180_000 } });
    await connected();
    await eventually(() => {
      expect(requests().filter((verb) => verb === 'watch').length).to.be.at.least(4);
    });
    await write('a', 'green');
    await agreed();

    expect(requests().filter((verb) => verb === 'list')).to.have.length(3);
  });

  it('has an own write at once, and hears of it only there', async () => {
    follow();
    await connected();
    const updates: string[] = [];
    informer.onChange(({ kind, object }) => updates.push(`${kind} ${object.metadata.resourceVersion ?? ''}`));

    const written = await write('a', 'green');
    informer.store.upsert(written);
    expect(informer.store.get('default/a')?.data).to.deep.equal({ color: 'green' });
    const last = await write('b', 'green');
    await agreed();

    expect(updates).to.deep.equal([
      `updated ${written.metadata.resourceVersion ?? ''}`,
      `updated ${last.metadata.resourceVersion ?? ''}`,
    ]);
  });

  it('keeps no payload of Secrets when it watches their metadata', async () => {
    const secrets = createResource<ConfigMap>(direct, SECRETS);
    const secret = (name: string): ConfigMap => ({
      metadata: { name, namespace: 'default', labels: LABELS },
      data: { password: Buffer.from('hunter2').toString('base64') },
    });
    await secrets.create(secret('listed'), never());
    follow();
    const seen = createInformer(createResource<ConfigMap>(transport, SECRETS, { metadataOnly: true }), {
      ...SELECTION,
      log: silentLogger,
      clock: systemClock,
      random: systemRandom,
    });
    seen.start();
    await seen.synced(never());
    await secrets.create(secret('watched'), never());
    await eventually(() => {
      expect(seen.store.size).to.equal(2);
    });

    for (const object of seen.store.values()) {
      expect(object)
        .to.have.keys('apiVersion', 'kind', 'metadata')
        .and.include({ apiVersion: 'v1', kind: 'Secret' });
      expect(object.metadata.labels).to.deep.equal(LABELS);
    }
    await seen.stop();
    for (const name of ['listed', 'watched'])
      await secrets.delete({ namespace: 'default', name }, {}, never());
  });

  it('leaves no watch when it is stopped in the middle of its start', async () => {
    cluster.proxy.inject({ fault: { kind: 'delay', ms: 200 } });
    follow();
    await eventually(() => {
      expect(cluster.proxy.requests(LISTS)).to.have.length(1);
    });

    await informer.stop();

    expect(cluster.proxy.requests(WATCHES)).to.deep.equal([]);
    expect(informer.state().connected).to.equal(false);
  });
});
