import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LookupFunction } from 'node:net';
import sinon from 'sinon';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import { checkedLookup, RefusedAddressError } from '../../../src/net/checked-lookup.ts';
import {
  createHostLookup,
  type HostAddress,
  type HostLookup,
  lookupPlaces,
} from '../../../src/net/lookup.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';

const never = new AbortController().signal;
const FOUND: readonly HostAddress[] = [{ address: '192.0.2.1', family: 4 }];
const settled = (): Promise<void> => new Promise(setImmediate);

describe('looking a host up', () => {
  let asked: string[];
  let open: Map<string, PromiseWithResolvers<readonly HostAddress[]>>;
  let now: number;
  let lookup: HostLookup;

  beforeEach(() => {
    asked = [];
    open = new Map();
    now = 0;
    lookup = start({});
  });

  function start(o: { readonly waitMs?: number; readonly places?: number }): HostLookup {
    return createHostLookup({
      ...o,
      clock: { now: () => new Date(now), monotonicMs: () => now },
      resolve: (host) => {
        asked.push(host);
        const answer = Promise.withResolvers<readonly HostAddress[]>();
        open.set(host, answer);
        return answer.promise;
      },
    });
  }

  function answer(host: string): void {
    open.get(host)?.resolve(FOUND);
    open.delete(host);
  }

  /** Once it has answered, a host is a known one. */
  async function know(...hosts: readonly string[]): Promise<void> {
    for (const host of hosts) {
      const found = lookup(host, never);
      await settled();
      answer(host);
      await found;
    }
    now += 60_000;
    asked = [];
  }

  it('is done once for all who ask at the same time or soon after', async () => {
    const both = Promise.all([lookup('a', never), lookup('a', never)]);
    await settled();
    answer('a');
    expect(await both).to.deep.equal([FOUND, FOUND]);
    await lookup('a', never);
    expect(asked).to.deep.equal(['a']);

    now += 60_000;
    const again = lookup('a', never);
    await settled();
    answer('a');
    await again;
    expect(asked).to.deep.equal(['a', 'a']);
  });

  it('is not done again at once for a name that is not there', async () => {
    const first = lookup('a', never).catch((error: unknown) => error);
    await settled();
    open.get('a')?.reject(new Error('ENOTFOUND'));

    expect(await first).to.have.property('message', 'ENOTFOUND');
    expect(await lookup('a', never).catch((error: unknown) => error)).to.have.property(
      'message',
      'ENOTFOUND',
    );
    expect(asked).to.deep.equal(['a']);
  });

  it('takes no more threads than it may, and dead names leave one to the hosts that answer', async () => {
    await know('good', 'fine');
    const dead = ['x', 'y', 'z'].map((host) => lookup(host, never));
    await settled();
    const good = lookup('good', never);
    const fine = lookup('fine', never);
    await settled();
    expect(asked).to.deep.equal(['x', 'good']);

    answer('good');
    expect(await good).to.equal(FOUND);
    await settled();
    expect(asked).to.deep.equal(['x', 'good', 'fine']);
    answer('fine');
    await fine;
    for (const host of ['x', 'y', 'z']) {
      answer(host);
      await settled();
    }
    await Promise.all(dead);
  });

  it('ends for who waits, while the thread that cannot be ended is counted and never doubled', async () => {
    lookup = start({ waitMs: 20 });
    const failure: unknown = await lookup('dead', never).catch((error: unknown) => error);
    const second: unknown = await lookup('dead', never).catch((error: unknown) => error);

    for (const error of [failure, second])
      expect(error)
        .to.have.property('message')
        .that.match(/could not be resolved within 0.02 s: DNS does not/);
    expect(asked).to.deep.equal(['dead']);
    answer('dead');
    await settled();
    const free = lookup('other', never);
    await settled();
    answer('other');
    expect(await free).to.equal(FOUND);
  });

  it('may take its time from when it begins: a name that waits for others does not fail for that', async () => {
    lookup = start({ waitMs: 20 });
    const dead = lookup('dead', never).catch((error: unknown) => error);
    const other = lookup('other', never);
    let isOver = false;
    void other.catch(() => undefined).finally(() => (isOver = true));

    expect(await dead).to.be.instanceOf(Error);
    await settled();
    expect([asked, isOver]).to.deep.equal([['dead'], false]);
    answer('dead');
    await settled();
    answer('other');
    expect(await other).to.equal(FOUND);
  });

  it('lets names that were not found the last time take no more than half of the places of strangers', async () => {
    lookup = start({ places: 8 });
    const dead = ['t', 'u', 'v', 'w', 'x', 'y', 'z'];
    const failed = (): Promise<unknown>[] => dead.map((host) => lookup(host, never).catch(() => undefined));
    const first = failed();
    await settled();
    for (const host of dead) open.get(host)?.reject(new Error('EAI_AGAIN'));
    await Promise.all(first);
    now += 60_000;
    asked = [];

    const again = failed();
    const fresh = ['a', 'b', 'c'].map((host) => lookup(host, never));
    await settled();
    expect(asked).to.deep.equal(['a', 'b', 'c', 't', 'u', 'v', 'w']);

    for (const host of ['a', 'b', 'c', ...dead]) {
      answer(host);
      await settled();
    }
    await Promise.all([...fresh, ...again]);
  });

  it('takes half of the threads that there are, as libuv gives it, and leaves the others to files', () => {
    const places = [undefined, '1', '4', '8', '16', '1024', 'many'].map(lookupPlaces);

    expect(places).to.deep.equal([2, 2, 2, 4, 8, 8, 2]);
  });

  it('is given up with who asked, and does not take its turn then', async () => {
    const first = lookup('a', never);
    const stop = new AbortController();
    const second = lookup('b', stop.signal).catch((error: unknown) => error);
    await settled();
    stop.abort(new Error('enough'));

    expect(await second).to.have.property('message', 'enough');
    answer('a');
    await first;
    await settled();
    expect(asked).to.deep.equal(['a']);
  });

  it('finds what git and ssh would find: hosts files, and numbers in whatever form', async () => {
    const system = createHostLookup({ clock: systemClock });

    for (const host of ['0x7f.1', '2130706433', '127.1', '0177.0.0.1'])
      expect((await system(host, never)).map(({ address }) => address)).to.deep.equal(['127.0.0.1']);
    expect((await system('localhost', never)).map(({ address }) => address)).to.include('127.0.0.1');
  });
});

describe('the lookup of a connection', () => {
  const names: Readonly<Record<string, readonly HostAddress[]>> = {
    mixed: [
      { address: '169.254.169.254', family: 4 },
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ],
    bad: [{ address: '10.0.0.1', family: 4 }],
  };
  const lookup = checkedLookup(
    (host) => Promise.resolve(names[host] ?? []),
    createAddressCheck(['10.0.0.0/8']),
  );
  const find = (host: string, options: Parameters<LookupFunction>[1]): Promise<unknown> =>
    new Promise((resolve) => {
      lookup(host, options, (error, address) => {
        resolve(error ?? address);
      });
    });

  it('gives the addresses that may be connected to, of the family that is wanted', async () => {
    expect(await find('mixed', { all: true })).to.deep.equal(names['mixed']?.slice(1));
    expect(await find('mixed', {})).to.equal('192.0.2.1');
    expect(await find('mixed', { family: 6 })).to.equal('2001:db8::1');
  });

  it('is given up after a while, for a connection that is given up does not say so', async () => {
    const timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const waiting = checkedLookup((_host, signal) => {
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      }, createAddressCheck());
      const failed = new Promise((resolve) => {
        waiting('a', { all: true }, resolve);
      });
      await timers.tickAsync(60_000);

      expect(await failed)
        .to.have.property('message')
        .that.matches(/^the name a could not be looked up/);
    } finally {
      timers.restore();
    }
  });

  it('refuses a name that has no other', async () => {
    const refused = await find('bad', { all: true });

    expect(refused).to.be.instanceOf(RefusedAddressError);
    expect((refused as Error).message).to.match(/^bad has the address 10\.0\.0\.1, which is in a range/);
    expect(await find('nothing', {})).to.have.property('message', 'nothing has no address');
  });
});
