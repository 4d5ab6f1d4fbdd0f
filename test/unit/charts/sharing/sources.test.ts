import { expect } from 'chai';
import sinon, { type SinonFakeTimers } from 'sinon';
import { ChartUnavailableError, InvalidSpecError } from '../../../../src/api/errors.ts';
import type { Chart, ChartSource, RepositoryChartSource } from '../../../../src/charts/chart.ts';
import { createGate } from '../../../../src/process/gate.ts';
import type { Freshness } from '../../../../src/charts/lookup.ts';
import { createSources, type Sources } from '../../../../src/charts/sharing/sources.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const signal = new AbortController().signal;

const sourceOf = (name: string, kind: 'git' | 'repository' = 'repository'): ChartSource =>
  kind === 'git'
    ? { kind, url: 'https://git.example.com/x', ref: name, path: '.', skipDepUpdate: false, scope: '' }
    : { kind, url: `https://${name}.example.com`, name, version: '*', scope: '' };

const chartOf = (digest: string, version = '1.0.0', revision = version): Chart => ({
  ...{ name: 'web', version, digest, hooks: 'none', crds: [], bytes: 1_000, path: '/x', revision },
});

describe('createSources', () => {
  const web = sourceOf('web');
  let timers: SinonFakeTimers;
  let asked: { source: ChartSource; since: number }[];
  let answer: (source: ChartSource, o: Freshness) => Promise<Chart>;
  let stored: boolean;
  let busy: boolean;
  let moved: string[][];
  let ends: boolean[];
  let sources: Sources;
  let intervals: Record<ChartSource['kind'], number>;

  const resolve = (o: { fresh?: boolean; source?: ChartSource } = {}): Promise<Chart> =>
    sources.resolve(o.source ?? web, { signal, fresh: o.fresh ?? false });
  const failureOf = async (work: Promise<unknown>): Promise<string> => {
    const caught: unknown = await work.catch((error: unknown) => error);
    expect(caught).to.be.instanceOf(Error);
    return (caught as Error).message;
  };

  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    [asked, moved, ends, stored, busy] = [[], [], [], true, false];
    intervals = { git: 5 * MINUTE, repository: 3 * MINUTE, oci: 3 * MINUTE };
    answer = () => Promise.resolve(chartOf('one'));
    sources = createSources({
      lookup: (source, o) => {
        asked.push({ source, since: o.since });
        return answer(source, o);
      },
      gate: createGate({ perHost: 4, total: 8, slowAfterMs: 5_000 }),
      maxAgeMs: (kind) => intervals[kind],
      isStored: () => Promise.resolve(stored),
      isBusy: () => busy,
      clock: { now: () => new Date(), monotonicMs: () => Date.now() },
      random: () => 0.5,
      log: silentLogger,
      onFetched: ({ ok }) => ends.push(ok),
    });
    sources.onMoved((subscribers) => moved.push(subscribers));
  });
  afterEach(() => {
    sources.close();
    timers.restore();
  });

  it('asks once for fifty callers at the same time, and not again while the answer is new', async () => {
    const charts = await Promise.all(Array.from({ length: 50 }, () => resolve()));
    await timers.tickAsync(2 * MINUTE);
    await resolve();

    expect(new Set(charts)).to.deep.equal(new Set([chartOf('one')]));
    expect(asked).to.have.length(1);
    expect(ends).to.deep.equal([true]);
  });

  it('forgets a failure with the last who has heard of it', async () => {
    answer = () => Promise.reject(new ChartUnavailableError('away'));
    sources.watch(web, 'shop/web');
    sources.watch(web, 'shop/other');
    expect(await failureOf(resolve())).to.equal('away');
    answer = () => Promise.resolve(chartOf('one'));

    sources.unwatch('shop/web');
    expect(await failureOf(resolve())).to.equal('away');
    sources.unwatch('shop/other');
    expect(await resolve()).to.deep.equal(chartOf('one'));
  });

  it('asks few of those that failed again while releases wait for helm, and all in the end', async () => {
    answer = () => Promise.reject(new ChartUnavailableError('away'));
    const broken = Array.from({ length: 60 }, (_, at) => sourceOf(`broken-${String(at)}`));
    await Promise.allSettled(
      broken.map((source) => {
        sources.watch(source, `shop/${source.url}`);
        return resolve({ source });
      }),
    );
    asked = [];
    busy = true;

    await timers.tickAsync(10_000);
    expect(asked.length).to.be.within(1, 40);
    busy = false;
    await timers.tickAsync(10_000);
    expect(new Set(asked.map(({ source }) => source.url)).size).to.equal(60);
  });

  it('asks first for what most releases wait for, and last what has failed before', async () => {
    const of = (name: string): ChartSource => ({ ...(web as RepositoryChartSource), name });
    answer = () => Promise.reject(new ChartUnavailableError('away'));
    sources.watch(of('failing'), 'shop/failing');
    await failureOf(resolve({ source: of('failing') }));
    const first = Promise.withResolvers<Chart>();
    answer = () => first.promise;
    const under = resolve({ source: of('first') });
    await timers.tickAsync(0);
    sources.watch(of('one'), 'shop/one');
    for (const release of ['a', 'b', 'c']) sources.watch(of('many'), `shop/${release}`);
    const others = ['failing', 'one', 'many'].map((name) => resolve({ source: of(name), fresh: true }));

    first.resolve(chartOf('one'));
    await Promise.all([under, ...others]);

    const order = asked.map(({ source }) => (source.kind === 'repository' ? source.name : ''));
    expect(order.slice(-3)).to.deep.equal(['many', 'one', 'failing']);
  });

  it('asks again when the answer is old, when the archive has left the store, and when told to', async () => {
    await resolve();
    await timers.tickAsync(3 * MINUTE);
    await resolve();
    stored = false;
    await resolve();
    await resolve({ fresh: true });

    expect(asked).to.have.length(4);
  });

  it('lets who wants it fresh join a lookup that is under way, and tells how new it has to be', async () => {
    await timers.tickAsync(HOUR);
    const slow = Promise.withResolvers<Chart>();
    answer = () => slow.promise;
    const both = [resolve({ fresh: true }), resolve({ fresh: true }), resolve()];
    await timers.tickAsync(1_000);
    slow.resolve(chartOf('one'));
    await Promise.all(both);

    expect(asked).to.deep.equal([{ source: web, since: HOUR }]);

    await timers.tickAsync(10 * MINUTE);
    await resolve();
    expect(asked[1]?.since).to.equal(HOUR + 1_000 + 10 * MINUTE - 0.8 * 3 * MINUTE);
  });

  it('leaves the lookup to the others when one caller aborts, and ends it when all have', async () => {
    const stop = new AbortController();
    const slow = Promise.withResolvers<Chart>();
    answer = (_, o) => {
      o.signal.addEventListener('abort', () => {
        slow.reject(o.signal.reason as Error);
      });
      return slow.promise;
    };
    const leaving = sources.resolve(web, { signal: stop.signal });
    const staying = resolve();
    await timers.tickAsync(1);
    stop.abort(new Error('gone'));

    expect(await failureOf(leaving)).to.equal('gone');
    slow.resolve(chartOf('one'));
    expect((await staying).digest).to.equal('one');

    const last = new AbortController();
    answer = (_, o) =>
      new Promise((_resolve, reject) => o.signal.addEventListener('abort', () => reject(new Error('ended'))));
    const alone = sources.resolve(web, { signal: last.signal, fresh: true });
    await timers.tickAsync(1);
    last.abort(new Error('gone too'));
    expect(await failureOf(alone)).to.equal('gone too');
    expect(ends, 'an abort is no failure of the source').to.deep.equal([true]);
  });

  it('asks a broken source once for all its releases, then less and less often', async () => {
    answer = () => Promise.reject(new ChartUnavailableError('down'));

    for (let minute = 0; minute < 30; minute += 1) {
      for (const _ of Array(100)) expect(await failureOf(resolve())).to.equal('down');
      await timers.tickAsync(MINUTE);
    }

    expect(asked.length).to.be.within(10, 14);
    expect(new Set(ends)).to.deep.equal(new Set([false]));
  });

  it('asks a broken source at once when told to, and forgets the failure with the first success', async () => {
    answer = () => Promise.reject(new ChartUnavailableError('down'));
    await failureOf(resolve());
    answer = () => Promise.resolve(chartOf('one'));

    expect((await resolve({ fresh: true })).digest).to.equal('one');
    expect((await resolve()).digest).to.equal('one');
    expect(asked).to.have.length(2);
  });

  it('makes an OperatorError of whatever a lookup throws', async () => {
    answer = () => Promise.reject(new TypeError('a defect'));

    expect(await failureOf(resolve())).to.equal('unexpected failure');
  });

  it('lets one broken source stand in no other’s way', async () => {
    answer = (source) => (source === web ? new Promise(() => undefined) : Promise.resolve(chartOf('two')));
    const stop = new AbortController();
    const hanging = sources.resolve(web, { signal: stop.signal });

    expect((await resolve({ source: sourceOf('db') })).digest).to.equal('two');
    stop.abort(new Error('enough'));
    await failureOf(hanging);
  });

  it('looks a watched source up at its interval, and one that nobody watches not at all', async () => {
    sources.watch(web, 'ns/a');
    sources.watch(web, 'ns/b');
    await resolve();
    await resolve({ source: sourceOf('db') });
    expect(asked).to.have.length(2);

    await timers.tickAsync(HOUR);
    expect(asked.length - 2).to.be.within(18, 22);

    sources.unwatch('ns/a');
    await timers.tickAsync(3.1 * MINUTE);
    const before = asked.length;
    sources.unwatch('ns/b');
    await timers.tickAsync(HOUR);
    expect(asked.length).to.equal(before);
  });

  it('tells the subscribers when content or version changed, and not when only the commit did', async () => {
    const git = sourceOf('main', 'git');
    answer = () => Promise.resolve(chartOf('one', '1.0.0', 'commit-1'));
    sources.watch(git, 'ns/a');
    sources.watch(git, 'ns/b');
    await resolve({ source: git });

    answer = () => Promise.resolve(chartOf('one', '1.0.0', 'commit-2'));
    await timers.tickAsync(6 * MINUTE);
    expect(moved).to.deep.equal([]);
    expect((await resolve({ source: git })).revision).to.equal('commit-2');

    answer = () => Promise.resolve(chartOf('two', '1.0.0', 'commit-3'));
    await timers.tickAsync(6 * MINUTE);
    answer = () => Promise.resolve(chartOf('two', '1.0.1', 'commit-4'));
    await timers.tickAsync(6 * MINUTE);
    expect(moved).to.deep.equal([
      ['ns/a', 'ns/b'],
      ['ns/a', 'ns/b'],
    ]);
  });

  it('tells the subscribers when an error comes, changes and goes, and not while it stays', async () => {
    sources.watch(web, 'ns/a');
    await resolve();
    for (const message of ['down', 'down', 'denied']) {
      answer = () => Promise.reject(new ChartUnavailableError(message));
      await failureOf(resolve({ fresh: true }));
    }
    expect(moved).to.have.length(2);

    answer = () => Promise.resolve(chartOf('one'));
    await timers.tickAsync(5 * MINUTE);
    expect(moved).to.have.length(3);
  });

  it('tells only those who still watch, each of them one source', async () => {
    const db = sourceOf('db');
    sources.watch(web, 'ns/a');
    sources.watch(web, 'ns/b');
    await resolve();
    sources.watch(db, 'ns/a');
    sources.unwatch('ns/b');
    sources.unwatch('ns/unknown');
    answer = () => Promise.resolve(chartOf('two'));
    await resolve({ fresh: true });
    expect(moved).to.deep.equal([]);

    await resolve({ source: db });
    answer = () => Promise.resolve(chartOf('three'));
    await resolve({ source: db, fresh: true });
    expect(moved).to.deep.equal([['ns/a']]);
  });

  it('looks all watched sources up when told to refresh, whatever becomes of them', async () => {
    const db = sourceOf('db');
    sources.watch(web, 'ns/a');
    sources.watch(db, 'ns/b');
    await resolve();
    await resolve({ source: db });
    await resolve({ source: sourceOf('other') });
    answer = (source) =>
      source === db ? Promise.reject(new InvalidSpecError('bad')) : Promise.resolve(chartOf('two'));

    await sources.refreshAll();

    expect(asked.slice(3).map(({ source }) => source)).to.deep.equal([web, db]);
    expect(moved).to.deep.equal([['ns/a'], ['ns/b']]);
  });

  describe('told to refresh what matches', () => {
    const [main, dev, db] = [sourceOf('main', 'git'), sourceOf('dev', 'git'), sourceOf('db')];
    beforeEach(async () => {
      for (const [at, source] of [web, main, dev, db].entries()) {
        sources.watch(source, `ns/${String(at)}`);
        await resolve({ source });
      }
      await resolve({ source: sourceOf('unwatched') });
      await timers.tickAsync(2_000);
      asked = [];
    });
    const askedFor = (): readonly ChartSource[] => asked.map(({ source }) => source);

    it('looks just that up, once each, however new what is known of it', async () => {
      answer = () => Promise.resolve(chartOf('two'));

      await sources.refresh(({ kind }) => kind === 'git');

      expect(askedFor()).to.deep.equal([main, dev]);
      expect(asked[0]?.since).to.equal(Date.now());
      expect(moved).to.deep.equal([['ns/1'], ['ns/2']]);
    });

    it('looks nothing up that nobody watches, and nothing where nothing matches', async () => {
      await sources.refresh(({ url }) => url.includes('unwatched'));
      await sources.refresh(() => false);
      sources.unwatch('ns/0');
      await sources.refresh((source) => source === web);

      expect(asked).to.deep.equal([]);
    });

    it('forgets nothing that was asked for in the pause, however little the next one asks for', async () => {
      await sources.refreshAll();
      asked = [];
      void sources.refreshAll();
      void sources.refresh((source) => source === main);
      await timers.tickAsync(2_000);

      expect(askedFor()).to.have.members([web, main, dev, db]);
    });

    it('leaves a failure where failures go', async () => {
      answer = () => Promise.reject(new ChartUnavailableError('down'));

      await sources.refresh((source) => source === web);

      expect(await failureOf(resolve())).to.equal('down');
      expect(moved).to.deep.equal([['ns/0']]);
    });
  });

  describe('told to refresh again and again', () => {
    const beginnings = (): readonly number[] => asked.map(({ since }) => since - began);
    let began = 0;
    beforeEach(async () => {
      sources.watch(web, 'ns/a');
      await resolve();
      await timers.tickAsync(MINUTE);
      asked = [];
      began = Date.now();
    });

    it('asks a repository at once, and then once in a second, the last time after the last call', async () => {
      for (let at = 0; at < 2_500; at += 10) {
        void sources.refreshAll();
        await timers.tickAsync(10);
      }
      await timers.tickAsync(MINUTE);

      expect(beginnings()).to.deep.equal([0, 1_000, 2_000, 3_000]);
    });

    it('asks at once again after a pause', async () => {
      await sources.refreshAll();
      await timers.tickAsync(1_001);
      await sources.refreshAll();

      expect(beginnings()).to.deep.equal([0, 1_001]);
    });

    it('asks once for all charts of a repository', async () => {
      for (const name of ['main', 'dev']) sources.watch(sourceOf(name, 'git'), `ns/${name}`);

      for (let at = 0; at < 3; at++) void sources.refreshAll();
      await timers.tickAsync(1_000);

      expect(new Set(beginnings())).to.deep.equal(new Set([0, 1_000]));
      expect(asked).to.have.length(6);
    });

    it('never asks twice at a time, and lets no repository that hangs hold up the others', async () => {
      const db = sourceOf('db');
      sources.watch(db, 'ns/b');
      await resolve({ source: db });
      asked = [];
      const hanging = Promise.withResolvers<Chart>();
      answer = (source) => (source === web ? hanging.promise : Promise.resolve(chartOf('two')));

      for (let at = 0; at < 5; at++) {
        void sources.refreshAll();
        await timers.tickAsync(1_000);
      }
      expect(asked.filter(({ source }) => source === web)).to.have.length(1);
      expect(asked.filter(({ source }) => source === db)).to.have.length(5);

      hanging.resolve(chartOf('two'));
      await timers.tickAsync(0);
      expect(asked.filter(({ source }) => source === web)).to.have.length(2);
    });

    it('leaves a repository that does not answer alone for five seconds', async () => {
      answer = () => Promise.reject(new ChartUnavailableError('down'));
      intervals.repository = HOUR;

      for (let at = 0; at < 12_000; at += 100) {
        void sources.refreshAll();
        await timers.tickAsync(100);
      }

      expect(beginnings().length).to.be.within(3, 6); // its own tries among them
    });

    it('asks once more where a lookup was under way that began before', async () => {
      const early = Promise.withResolvers<Chart>();
      answer = () => early.promise;
      const own = resolve({ fresh: true });
      await timers.tickAsync(10);
      const refreshed = sources.refreshAll();
      answer = () => Promise.resolve(chartOf('two'));
      early.resolve(chartOf('one'));

      await own;
      await refreshed;

      expect(beginnings()).to.deep.equal([0, 10]);
    });

    it('begins nothing more once it is closed', async () => {
      void sources.refreshAll();
      const last = sources.refreshAll();
      await timers.tickAsync(0);
      sources.close();

      await last;
      await timers.tickAsync(MINUTE);
      expect(beginnings()).to.deep.equal([0]);
    });
  });

  it('counts what is watched by kind', async () => {
    const git = sourceOf('main', 'git');
    sources.watch(web, 'ns/a');
    sources.watch(web, 'ns/b');
    sources.watch(git, 'ns/c');
    await resolve();
    answer = () => Promise.reject(new ChartUnavailableError('down'));
    await failureOf(resolve({ source: git }));
    await timers.tickAsync(2_000);

    expect(sources.stats()).to.deep.equal([
      { kind: 'git', count: 1, failing: 1, oldestSeconds: 2 },
      { kind: 'repository', count: 1, failing: 0, oldestSeconds: 2 },
      { kind: 'oci', count: 0, failing: 0, oldestSeconds: 0 },
    ]);
  });

  it('forgets sources that nobody watches instead of growing for ever', async () => {
    for (let at = 0; at < 1_200; at += 1) await resolve({ source: sourceOf(`s${String(at)}`) });
    asked = [];

    await resolve({ source: sourceOf('s1199') });
    expect(asked).to.have.length(0);
    await resolve({ source: sourceOf('s0') });
    expect(asked).to.have.length(1);
  });

  it('does not mistake an interval of months for none', async () => {
    intervals.repository = 1_000 * HOUR;
    sources.watch(web, 'ns/a');
    await resolve();

    await timers.tickAsync(500 * HOUR);
    expect(asked).to.have.length(1);
  });

  it('asks nobody any more once it is closed', async () => {
    sources.watch(web, 'ns/a');
    await resolve();
    sources.close();

    await timers.tickAsync(HOUR);
    expect(asked).to.have.length(1);
  });
});
