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

  it('counts a host as good again when all that it had to answer was answered', async () => {
    const gate = createGate({ perHost: 3, total: 16, slowAfterMs: SLOW_MS });
    await prove(gate, 'a');
    const all = ['a', 'a', 'a'].map((host) => work(gate, host));
    await timers.tickAsync(SLOW_MS + 1);
    all.push(...['a', 'a', 'a', 'a'].map((host) => work(gate, host)));
    await settled();
    expect(counts()).to.deep.equal({ a: 3 });

    await end('a');
    await end('a');
    expect(counts()).to.deep.equal({ a: 1 });
    await end('a');
    expect(counts()).to.deep.equal({ a: 1 });
    await end('a');
    expect(counts()).to.deep.equal({ a: 3 });
    await endAll();
    await Promise.all(all);
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
