import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LookupFunction } from 'node:net';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import { checkedLookup, RefusedAddressError } from '../../../src/net/checked-lookup.ts';
import { createHostLookup, type HostAddress, type HostLookup } from '../../../src/net/lookup.ts';
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
    const other: unknown = await lookup('other', never).catch((error: unknown) => error);

    for (const error of [failure, second, other])
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

  it('refuses a name that has no other', async () => {
    const refused = await find('bad', { all: true });

    expect(refused).to.be.instanceOf(RefusedAddressError);
    expect((refused as Error).message).to.match(/^bad has the address 10\.0\.0\.1, which is in a range/);
    expect(await find('nothing', {})).to.have.property('message', 'nothing has no address');
  });
});
