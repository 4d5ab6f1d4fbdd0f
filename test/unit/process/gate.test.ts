import { expect } from 'chai';
import { describe, it } from 'mocha';
import sinon from 'sinon';
import { createGate, type Gate } from '../../../src/process/gate.ts';

const signal = new AbortController().signal;
const SLOW_MS = 5_000;

describe('createGate', () => {
  let timers: sinon.SinonFakeTimers;
  let running: string[];
  let ends: Map<string, (() => void)[]>;

  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    running = [];
    ends = new Map();
  });
  afterEach(() => {
    timers.restore();
  });

  /** Work that runs until end() says otherwise. */
  function work(gate: Gate, host: string, stop = signal): Promise<void> {
    return gate.run(host, stop, async () => {
      running.push(host);
      await new Promise<void>((resolve) => {
        ends.set(host, [...(ends.get(host) ?? []), resolve]);
      });
      running.splice(running.indexOf(host), 1);
    });
  }

  const settled = (): Promise<void> => new Promise(setImmediate);

  async function end(host: string): Promise<void> {
    const [first, ...rest] = ends.get(host) ?? [];
    ends.set(host, rest);
    first?.();
    await settled();
  }

  async function endAll(): Promise<void> {
    while (running.length > 0) await end(running[0] ?? '');
  }

  /** They have answered in time. */
  async function prove(gate: Gate, ...hosts: readonly string[]): Promise<void> {
    await Promise.all(hosts.map((host) => gate.run(host, signal, () => Promise.resolve())));
  }

  const counts = (): Readonly<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const host of running) found[host] = (found[host] ?? 0) + 1;
    return found;
  };

  it('bounds the work for one host and for all, and never lets one host keep the others out', async () => {
    const gate = createGate({ perHost: 2, total: 6, slowAfterMs: SLOW_MS });
    await prove(gate, 'a', 'b', 'c');
    const all = ['a', 'a', 'a', 'a', 'b', 'c'].map((host) => work(gate, host));
    await settled();
    expect(running).to.deep.equal(['a', 'a', 'b']);

    await endAll();
    await Promise.all(all);
  });

  it('lets the host in first whose turn was longest ago', async () => {
    const gate = createGate({ perHost: 4, total: 4, slowAfterMs: SLOW_MS });
    await prove(gate, 'a', 'b', 'c');
    const all = ['a', 'a', 'a', 'a', 'b', 'c'].map((host) => work(gate, host));
    await settled();
    expect(counts()).to.deep.equal({ a: 2 });

    await end('a');
    await end('a');
    expect(counts()).to.deep.equal({ b: 1, c: 1 });
    await endAll();
    await Promise.all(all);
  });

  it('gives a host that it does not know one place until that has answered', async () => {
    const gate = createGate({ perHost: 3, total: 16, slowAfterMs: SLOW_MS });
    const all = ['a', 'a', 'a', 'a'].map((host) => work(gate, host));
    await settled();
    expect(counts()).to.deep.equal({ a: 1 });

    await end('a');
    expect(counts()).to.deep.equal({ a: 3 });
    await endAll();
    await Promise.all(all);
  });

  it('keeps every place free for the hosts that answer, whatever the number of those that do not', async () => {
    const gate = createGate({ perHost: 4, total: 64, slowAfterMs: SLOW_MS });
    await prove(gate, 'good', 'fine');
    const slow = Array.from({ length: 200 }, (_, at) => `slow-${String(at)}`);
    const stuck = slow.flatMap((host) => [work(gate, host), work(gate, host)]);
    await settled();
    for (let passes = 0; passes < 5; passes += 1) await timers.tickAsync(SLOW_MS + 1);
    expect(running.length).to.be.at.most(64 / 2);

    const good = ['good', 'good', 'fine', 'good'].map((host) => work(gate, host));
    await settled();
    expect(counts()).to.include({ good: 3, fine: 1 });
    await endAll();
    await Promise.all([...stuck, ...good]);
  });

  it('gives up the places of good ones that turn slow, and bounds all the same', async () => {
    const gate = createGate({ perHost: 4, total: 16, slowAfterMs: SLOW_MS });
    const turning = ['a', 'b', 'c', 'd', 'e', 'f'];
    await prove(gate, ...turning, 'good');
    const stuck = turning.flatMap((host) => Array.from({ length: 4 }, () => work(gate, host)));
    await settled();
    expect(running).to.have.length(8);
    const good = work(gate, 'good');
    await settled();
    expect(counts()).not.to.have.property('good');

    await timers.tickAsync(SLOW_MS + 1);
    expect(counts()).to.have.property('good', 1);
    for (let passes = 0; passes < 5; passes += 1) await timers.tickAsync(SLOW_MS + 1);
    expect(running.length).to.be.at.most(16);
    await endAll();
    await Promise.all([...stuck, good]);
  });

  it('does not let one thing that takes long hold up all that comes after it at that host', async () => {
    const gate = createGate({ perHost: 4, total: 64, slowAfterMs: SLOW_MS });
    await prove(gate, 'a');
    const stuck = work(gate, 'a');
    await timers.tickAsync(SLOW_MS + 1);

    expect(await gate.run('a', signal, () => Promise.resolve('quick'))).to.equal('quick');

    await endAll();
    await stuck;
  });

  it('gives a slow host one more place at a time, and never more than there are for one', async () => {
    const gate = createGate({ perHost: 3, total: 64, slowAfterMs: SLOW_MS });
    const all = Array.from({ length: 9 }, () => work(gate, 'a'));
    await settled();
    for (const expected of [1, 2, 3, 3, 3]) {
      expect(counts()).to.deep.equal({ a: expected });
      await timers.tickAsync(SLOW_MS + 1);
    }
    await endAll();
    await Promise.all(all);
  });

  it('keeps places for slow hosts that have none from those that have several', async () => {
    const gate = createGate({ perHost: 4, total: 64, slowAfterMs: SLOW_MS });
    const others = Array.from({ length: 6 }, (_, at) => `other-${String(at)}`);
    const all = others.map((host) => work(gate, host));
    await timers.tickAsync(SLOW_MS + 1);
    await endAll();
    const greedy = Array.from({ length: 5 }, (_, at) => `greedy-${String(at)}`);
    all.push(...greedy.flatMap((host) => Array.from({ length: 4 }, () => work(gate, host))));
    for (let passes = 0; passes < 6; passes += 1) await timers.tickAsync(SLOW_MS + 1);

    all.push(...others.map((host) => work(gate, host)));
    await settled();

    expect(counts()).to.include.keys(...others);
    await endAll();
    await Promise.all(all);
  });

  it('counts a host as good again when all that it had to answer was answered', async () => {
    const gate = createGate({ perHost: 3, total: 64, slowAfterMs: SLOW_MS });
    await prove(gate, 'a');
    const all = ['a', 'a', 'a'].map((host) => work(gate, host));
    await timers.tickAsync(SLOW_MS + 1);
    all.push(...['a', 'a', 'a', 'a', 'a'].map((host) => work(gate, host)));
    await settled();
    expect(counts()).to.deep.equal({ a: 3 });

    await end('a');
    await end('a');
    expect(counts()).to.deep.equal({ a: 2 });
    await end('a');
    expect(counts()).to.deep.equal({ a: 1 });
    await end('a');
    expect(counts()).to.deep.equal({ a: 3 });
    await endAll();
    await Promise.all(all);
  });

  describe('lets who waits for something else', () => {
    const setUp = () => {
      const gate = createGate({ perHost: 1, total: 2, slowAfterMs: SLOW_MS });
      const { promise, resolve } = Promise.withResolvers<string>();
      const stop = new AbortController();
      const away = gate.run('a', signal, (elsewhere) => elsewhere(stop.signal, () => promise));
      return { gate, resolve, stop, away };
    };

    it('leave its place meanwhile and come back to one, whoever has it now', async () => {
      const { gate, resolve, away } = setUp();
      const next = work(gate, 'a');
      await settled();
      expect(counts()).to.deep.equal({ a: 1 });
      let isBack = false;
      void away.then(() => (isBack = true));
      resolve('found');
      await settled();
      expect(isBack).to.equal(false);

      await end('a');
      expect(await away).to.equal('found');
      await next;
      expect(await gate.run('a', signal, () => Promise.resolve('free'))).to.equal('free');
    });

    it('take its time, which is not held against the host', async () => {
      const gate = createGate({ perHost: 2, total: 16, slowAfterMs: SLOW_MS });
      const { promise, resolve } = Promise.withResolvers<string>();
      const away = gate.run('a', signal, (elsewhere) => elsewhere(signal, () => promise));
      await timers.tickAsync(SLOW_MS + 1);

      const all = [work(gate, 'a'), work(gate, 'a')];
      await settled();
      expect(counts()).to.deep.equal({ a: 2 });
      await endAll();
      resolve('found');
      expect(await away).to.equal('found');
      await Promise.all(all);
    });

    it('give up coming back', async () => {
      const { gate, resolve, stop, away } = setUp();
      const next = work(gate, 'a');
      resolve('found');
      await settled();

      stop.abort(new Error('enough'));

      expect(await away.catch((caught: unknown) => caught)).to.have.property('message', 'enough');
      await endAll();
      await next;
      expect(await gate.run('a', signal, () => Promise.resolve('free'))).to.equal('free');
    });

    it('keep its place when too many wait already', async () => {
      const { gate, resolve, away } = setUp();
      const second = gate.run('b', signal, (elsewhere) =>
        elsewhere(signal, () => new Promise(() => undefined)),
      );
      const third = Promise.withResolvers<string>();
      const kept = gate.run('c', signal, (elsewhere) => elsewhere(signal, () => third.promise));
      await settled();

      const next = work(gate, 'c');
      await settled();
      expect(running).to.deep.equal([]);
      third.resolve('there');
      expect(await kept).to.equal('there');
      await settled();
      expect(running).to.deep.equal(['c']);
      resolve('found');
      await endAll();
      await Promise.all([away, next]);
      void second;
    });
  });

  it('does not take a refusal for an answer', async () => {
    const gate = createGate({ perHost: 4, total: 16, slowAfterMs: SLOW_MS });
    await gate.run('a', signal, () => Promise.reject(new Error('no'))).catch(() => undefined);
    const all = [work(gate, 'a'), work(gate, 'a')];
    await settled();

    expect(counts()).to.deep.equal({ a: 1 });
    await endAll();
    await Promise.all(all);
  });

  it('lets who waits give up', async () => {
    const gate = createGate({ perHost: 1, total: 1, slowAfterMs: SLOW_MS });
    const stop = new AbortController();
    const first = work(gate, 'a');
    const second = work(gate, 'a', stop.signal);
    stop.abort(new Error('enough'));

    const caught: unknown = await second.catch((error: unknown) => error);
    expect(caught).to.have.property('message', 'enough');
    await endAll();
    await first;
    expect(await gate.run('a', signal, () => Promise.resolve('ran'))).to.equal('ran');
  });
});
