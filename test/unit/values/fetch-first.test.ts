import { expect } from 'chai';
import { describe, it } from 'mocha';
import sinon from 'sinon';
import type { ValuesSource } from '../../../src/api/values-sources.ts';
import type { FetchExternal } from '../../../src/values/external.ts';
import { createFetchFirst } from '../../../src/values/fetch-first.ts';

const MIB = 1024 * 1024;
const { signal } = new AbortController();
/** Of a host that takes the connection and says nothing. */
const hang: FetchExternal = (_url, given) =>
  new Promise((_resolve, reject) => {
    const leave = (): void => {
      reject(given.reason as Error);
    };
    if (given.aborted) leave();
    given.addEventListener('abort', leave);
  });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function sourcesAt(...urls: readonly string[]): readonly ValuesSource[] {
  return urls.map((url) => ({ kind: 'url', url, optional: false }));
}

/** Fetches that are answered by hand, in room for 16 documents. */
function bench(fetchExternal: FetchExternal) {
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return () => (pauses -= 1);
  };
  const fetchFirst = createFetchFirst(fetchExternal, 16 * MIB);
  return {
    fetch: (key: string, sources: readonly ValuesSource[], given = signal) =>
      fetchFirst(key, sources, { pause, signal: given }),
    pauses: () => pauses,
  };
}

/** Forty releases of one namespace that wait for the same host, until they are let go. */
function waiting(fetch: ReturnType<typeof bench>['fetch']): () => Promise<unknown> {
  const leaving = new AbortController();
  const all = Array.from({ length: 40 }, (_, at) =>
    fetch(`fleet/${String(at)}`, sourcesAt('https://hangs'), leaving.signal),
  );
  return () => {
    leaving.abort(new Error('let go'));
    return Promise.allSettled(all);
  };
}

describe('fetching before there is room', () => {
  it('fetches each URL once, and answers with what came, also where that is a failure', async () => {
    const asked: string[] = [];
    const { fetch, pauses } = bench((url) => {
      asked.push(url);
      return url.endsWith('none')
        ? Promise.reject(new Error('no such host'))
        : Promise.resolve(Buffer.from(url));
    });

    using fetched = await fetch('shop/web', sourcesAt('https://a', 'https://none', 'https://a'));

    expect((await fetched.fetchExternal('https://a', signal)).toString()).to.equal('https://a');
    const failure: unknown = await fetched
      .fetchExternal('https://none', signal)
      .catch((caught: unknown) => caught);
    expect(failure).to.have.property('message', 'no such host');
    expect(asked).to.deep.equal(['https://a', 'https://none']);
    expect(pauses()).to.equal(0);
  });

  it('waits for nobody where there are no URLs', async () => {
    const { fetch } = bench(hang);
    const leave = waiting(fetch);

    (await fetch('fleet/plain', []))[Symbol.dispose]();

    await leave();
  });

  it('bounds what is fetched, and leaves places to other namespaces than that whose hosts do not answer', async () => {
    let underWay = 0;
    const { fetch, pauses } = bench((url, given) => {
      underWay += 1;
      return url === 'https://hangs' ? hang(url, given) : Promise.resolve(Buffer.from('a: 1'));
    });
    const leave = waiting(fetch);
    await settled();
    expect(underWay).to.equal(8);
    expect(pauses()).to.equal(32);

    (await fetch('shop/web', sourcesAt('https://answers')))[Symbol.dispose]();

    await leave();
    expect(pauses()).to.equal(0);
  });

  it('gives the place to the next when it is disposed of, and when it is given up', async () => {
    const { fetch } = bench(() => Promise.resolve(Buffer.from('a: 1')));
    const many = sourcesAt(...Array.from({ length: 16 }, (_, at) => `https://a/${String(at)}`));
    const first = await fetch('a/web', many);
    const leaving = new AbortController();
    const left = fetch('b/web', many, leaving.signal).catch((caught: unknown) => caught);
    const second = fetch('c/web', many);

    leaving.abort(new Error('left'));
    first[Symbol.dispose]();

    expect(await left).to.have.property('message', 'left');
    (await second)[Symbol.dispose]();
  });

  it('comes to an end although no host does, and leaves its place', async () => {
    const timers = sinon.useFakeTimers();
    try {
      const { fetch } = bench(hang);
      const many = sourcesAt(...Array.from({ length: 16 }, (_, at) => `https://a/${String(at)}`));
      const failed = [fetch('a/web', many), fetch('b/web', many)].map((each) =>
        each.catch((caught: unknown) => caught),
      );

      await timers.tickAsync(240_000);

      for (const failure of await Promise.all(failed)) {
        expect(failure).to.have.property('message').that.includes('took longer than 120 s together');
      }
    } finally {
      timers.restore();
    }
  });
});
