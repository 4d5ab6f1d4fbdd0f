import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import sinon from 'sinon';
import { UnreachableError } from '../../../src/kube/errors.ts';
import {
  createInformer,
  type Change,
  type Informer,
  type InformerOptions,
} from '../../../src/kube/informer.ts';
import type { Resource } from '../../../src/kube/resource.ts';
import type { WatchSink } from '../../../src/kube/watch/watch-collection.ts';
import {
  failureOf,
  half,
  never,
  recordingLogger,
  settle,
  testClock,
  thing,
  type Thing,
} from './support/fakes.ts';
import { apiFailure } from './support/fake-transport.ts';

/** What the informer did with its resource, and the way to answer. */
interface Script {
  readonly calls: string[];
  list: () => Promise<{ readonly items: Thing[]; readonly resourceVersion: string }>;
  watch: (sink: WatchSink<Thing>, signal: AbortSignal) => Promise<void>;
  version: string;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function script(): Script & { readonly resource: Resource<Thing> } {
  const one: Script = {
    calls: [],
    version: '1000',
    list: () => Promise.resolve({ items: [thing('a', 1)], resourceVersion: '5' }),
    watch: (sink, signal) => {
      sink.onOpen();
      return untilAborted(signal);
    },
  };
  const resource = {
    type: { group: '', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true },
    async *pages() {
      one.calls.push('list');
      yield { ...(await one.list()), first: true };
    },
    currentVersion: () => {
      one.calls.push('version');
      return Promise.resolve(one.version);
    },
    watch: (from: { resourceVersion: string }, sink: WatchSink<Thing>, signal: AbortSignal) => {
      one.calls.push(`watch from ${from.resourceVersion}`);
      return one.watch(sink, signal);
    },
  } as unknown as Resource<Thing>;
  return Object.assign(one, { resource });
}

describe('the informer', () => {
  let timers: sinon.SinonFakeTimers;
  let server: ReturnType<typeof script>;
  let log: ReturnType<typeof recordingLogger>;
  let informer: Informer<Thing>;
  let relists: number;
  let restarts: number;
  const open = (more: Partial<InformerOptions<Thing>> = {}): Informer<Thing> => {
    informer = createInformer(server.resource, {
      log,
      clock: testClock,
      random: half,
      onRelist: () => (relists += 1),
      onWatchRestart: () => (restarts += 1),
      ...more,
    });
    return informer;
  };

  beforeEach(() => {
    timers = sinon.useFakeTimers();
    server = script();
    log = recordingLogger();
    relists = 0;
    restarts = 0;
  });
  afterEach(async () => {
    await informer.stop();
    expect(timers.countTimers()).to.equal(0);
    timers.restore();
  });

  it('lists, says so, and watches from there', async () => {
    const changes: Change<Thing>[] = [];
    open().onChange((change) => changes.push(change));
    expect(informer.state()).to.include({ synced: false, connected: false });
    informer.start();

    await informer.synced(never());
    await settle();

    expect(server.calls).to.deep.equal(['list', 'watch from 5']);
    expect(changes).to.deep.equal([{ kind: 'added', object: thing('a', 1), initial: true }]);
    expect(informer.state()).to.include({ objects: 1, synced: true, connected: true, problem: undefined });
    expect([relists, restarts]).to.deep.equal([1, 0]);
  });

  it('lets the event loop have a turn after fifty objects of a list, and is in sync when it has told of all', async () => {
    const things = Array.from({ length: 120 }, (_, n) => thing(`t-${String(n)}`, n + 1));
    server.list = () => Promise.resolve({ items: things, resourceVersion: '200' });
    const told: string[] = [];
    open().onChange(({ object }) => told.push(object.metadata.name));
    informer.start();
    await settle();
    expect([told.length, informer.state().synced]).to.deep.equal([50, false]);
    informer.store.upsert(thing('t-119', 201)); // our own write, in between

    const perTurn: number[] = [];
    while (!informer.state().synced) {
      const before = told.length;
      await nextTurn();
      await settle();
      perTurn.push(told.length - before);
    }

    expect(perTurn).to.deep.equal([50, 19]);
    expect(told).to.have.length(new Set(told).size);
    expect(informer.store.size).to.equal(120);
    expect(informer.store.get('web/t-119')?.metadata.resourceVersion).to.equal('201');
  });

  it('tells of nothing more when it is stopped between two parts of a list', async () => {
    const things = Array.from({ length: 120 }, (_, n) => thing(`t-${String(n)}`, n + 1));
    server.list = () => Promise.resolve({ items: things, resourceVersion: '200' });
    let told = 0;
    open().onChange(() => (told += 1));
    informer.start();
    await settle();
    await informer.stop();

    expect(told).to.equal(50);
  });

  it('knows nothing of objects that it is not to keep', async () => {
    server.list = () =>
      Promise.resolve({ items: [thing('a', 1), thing('b', 2, { color: 'red' })], resourceVersion: '5' });
    open({ keep: ({ color }) => color === 'red', transform: ({ metadata }) => ({ metadata }) }).start();
    await settle();

    expect([...informer.store.keys()]).to.deep.equal(['web/b']);
    expect(informer.state()).to.include({ objects: 1, synced: true });
  });

  it('makes no second watch when it is started twice', async () => {
    open().start();
    informer.start();
    await settle();

    expect(server.calls).to.deep.equal(['list', 'watch from 5']);
  });

  it('goes on from the last event or bookmark after a regular end, at once', async () => {
    open().start();
    server.watch = async (sink, signal) => {
      sink.onOpen();
      sink.onEvent({ kind: 'changed', object: thing('a', 7) });
      sink.onEvent({ kind: 'bookmark', resourceVersion: '31' });
      await new Promise((resolve) => setTimeout(resolve, 300_000));
      signal.throwIfAborted();
    };
    await settle();
    server.watch = script().watch;
    await timers.tickAsync(300_000);

    expect(server.calls).to.deep.equal(['list', 'watch from 5', 'watch from 31']);
    expect(informer.state().connected).to.equal(true);
    expect([relists, restarts]).to.deep.equal([1, 1]);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.deep.equal([]);
  });

  it('does not run hot against a server that ends each watch at once', async () => {
    server.watch = (sink) => {
      sink.onOpen();
      return Promise.resolve();
    };
    open({ timing: { backoff: { baseMs: 200, maxMs: 30_000 } } }).start();

    await timers.tickAsync(60_000);

    expect(server.calls.length).to.be.within(8, 14);
    expect(server.calls.filter((call) => call === 'list')).to.have.length(1);
  });

  it('lists again when the server no longer knows where we were, and reports the difference', async () => {
    const changes: string[] = [];
    open().onChange((change) => changes.push(`${change.kind} ${change.object.metadata.name}`));
    server.watch = () => Promise.reject(apiFailure(410, 'Expired'));
    informer.start();
    await settle();
    server.list = () => Promise.resolve({ items: [thing('b', 8)], resourceVersion: '9' });
    server.watch = script().watch;
    await timers.tickAsync(200);

    expect(server.calls).to.deep.equal(['list', 'watch from 5', 'list', 'watch from 9']);
    expect(changes).to.deep.equal(['added a', 'added b', 'deleted a']);
  });

  it('goes on where it was after any other failure, and tells what it is', async () => {
    server.watch = () => Promise.reject(new UnreachableError('cannot watch things: the line is dead'));
    open().start();
    await settle();

    expect(informer.state()).to.include({
      connected: false,
      problem: 'cannot watch things: the line is dead',
    });
    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
    server.watch = script().watch;
    await timers.tickAsync(200);
    expect(server.calls).to.deep.equal(['list', 'watch from 5', 'version', 'watch from 5']);
    expect(informer.state()).to.include({ connected: true, problem: undefined });
  });

  it('lists again when the history of the server is shorter than what it knows: it would watch in vain', async () => {
    server.list = () => Promise.resolve({ items: [thing('a', 900)], resourceVersion: '1000' });
    server.watch = () => Promise.reject(new UnreachableError('the server went away to be restored'));
    open().start();
    await settle();
    server.version = '400';
    server.list = () => Promise.resolve({ items: [thing('a', 300)], resourceVersion: '400' });
    server.watch = script().watch;
    await timers.tickAsync(200);

    expect(server.calls).to.deep.equal(['list', 'watch from 1000', 'version', 'list', 'watch from 400']);
    expect(informer.store.get('web/a')?.metadata.resourceVersion).to.equal('300');
  });

  it('takes silence for a dead connection only where the server would have sent a bookmark', async () => {
    let idle: number[] = [];
    server.watch = (sink, signal) => {
      sink.onOpen();
      idle = [sink.idleMs()];
      sink.onEvent({ kind: 'bookmark', resourceVersion: '6' });
      idle.push(sink.idleMs());
      return untilAborted(signal);
    };
    open().start();
    await settle();

    expect(idle).to.deep.equal([460_000, 180_000]); // the watch was asked for 450 s
  });

  it('keeps trying to list until it can', async () => {
    server.list = () => Promise.reject(apiFailure(500));
    open().start();
    await timers.tickAsync(10_000);
    expect(informer.state().synced).to.equal(false);

    server.list = script().list;
    await timers.tickAsync(30_000);

    await informer.synced(never());
    expect(informer.store.size).to.equal(1);
  });

  it('stays away as long as a busy server asks', async () => {
    const busy = Object.assign(apiFailure(429), { retryAfterMs: 60_000 });
    server.watch = () => Promise.reject(busy);
    open().start();
    await timers.tickAsync(59_000);
    expect(server.calls).to.deep.equal(['list', 'watch from 5']);

    await timers.tickAsync(1_000);
    expect(server.calls).to.deep.equal(['list', 'watch from 5', 'version', 'watch from 5']);
  });

  it('goes on with the others when a handler throws', async () => {
    const heard: string[] = [];
    open().onChange(() => {
      throw new Error('a defect');
    });
    informer.onChange((change) => heard.push(change.object.metadata.name));
    informer.start();
    await settle();

    expect(heard).to.deep.equal(['a']);
    expect(log.lines.filter(({ level }) => level === 'error')).to.deep.equal([
      { level: 'error', message: 'a change handler failed', fields: { name: 'a', error: 'a defect' } },
    ]);
    expect(informer.state().connected).to.equal(true);
  });

  it('is not stopped by an object that a transform or an index cannot digest', async () => {
    server.list = () =>
      Promise.resolve({ items: [thing('a', 1), thing('b', 2, { color: 'red' })], resourceVersion: '5' });
    const color = (object: Thing): string => {
      if (object.color === undefined) throw new Error('no color');
      return object.color;
    };
    open({
      transform: (object) => ({ ...object, color: color(object).toUpperCase() }),
      indexes: { color: (object) => [color(object)] },
    }).start();
    await settle();

    expect(informer.store.size).to.equal(2);
    expect(informer.store.byIndex('color', 'RED')).to.have.length(1);
    expect(informer.state().connected).to.equal(true);
    expect(log.lines.filter(({ level }) => level === 'error')).to.have.length.greaterThan(0);
  });

  it('drops what nobody reads, of lists, events and own writes', async () => {
    const noisy = (name: string, version: number): Thing =>
      ({
        metadata: {
          ...thing(name, version).metadata,
          managedFields: [{ manager: 'kubectl' }],
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' },
        },
      }) as Thing;
    server.list = () => Promise.resolve({ items: [noisy('a', 1)], resourceVersion: '5' });
    server.watch = (sink, signal) => {
      sink.onOpen();
      sink.onEvent({ kind: 'changed', object: noisy('b', 6) });
      return untilAborted(signal);
    };
    open().start();
    await settle();
    informer.store.upsert(noisy('c', 7));

    for (const object of informer.store.values()) {
      expect(object.metadata).to.not.have.property('managedFields');
      expect(object.metadata.annotations).to.deep.equal({ kept: 'yes' });
    }
    expect(informer.store.size).to.equal(3);
  });

  it('tells handlers of an own write once', async () => {
    let push: WatchSink<Thing>['onEvent'] = () => undefined;
    server.watch = (sink, signal) => {
      sink.onOpen();
      push = sink.onEvent;
      return untilAborted(signal);
    };
    const changes: string[] = [];
    open().onChange(({ kind, object }) => changes.push(`${kind} ${object.metadata.resourceVersion ?? ''}`));
    informer.start();
    await settle();

    informer.store.upsert(thing('a', 8));
    push({ kind: 'changed', object: thing('a', 8) });

    expect(changes).to.deep.equal(['added 1', 'updated 8']);
  });

  it('opens no watch when it is stopped while it lists', async () => {
    const listing = Promise.withResolvers<{ items: Thing[]; resourceVersion: string }>();
    server.list = () => listing.promise;
    open().start();
    await settle();
    const stopped = informer.stop();
    listing.resolve({ items: [], resourceVersion: '5' });
    await stopped;
    await timers.tickAsync(60_000);

    expect(server.calls.filter((call) => call.startsWith('watch'))).to.deep.equal([]);
  });

  it('calls no handler after it is stopped, and leaves nobody waiting for its first list', async () => {
    server.list = () => Promise.reject(apiFailure(500));
    open().start();
    const waiting = failureOf(informer.synced(never()));
    await timers.tickAsync(5_000);

    await informer.stop();
    informer.start();
    await timers.tickAsync(60_000);

    expect((await waiting).message).to.equal('the informer of things was stopped');
    expect((await failureOf(informer.synced(never()))).message).to.equal(
      'the informer of things was stopped',
    );
    expect(informer.state().connected).to.equal(false);
  });

  it('can be stopped before it was started', async () => {
    await open().stop();
    informer.start();
    await settle();

    expect(server.calls).to.deep.equal([]);
  });
});
