import { randomBytes, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon, { type SinonFakeTimers } from 'sinon';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { keyOf } from '../../../src/api/metadata.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { Document } from '../../../src/kube/documents.ts';
import { createLedgerStore, type Ledger } from '../../../src/notify/ledger.ts';
import { pastOf } from '../../../src/notify/decide.ts';
import type { Notifier, SlackNotifier } from '../../../src/notify/notifier.ts';
import { createNotify, type Notify } from '../../../src/notify/notify.ts';
import type { Ending } from '../../../src/notify/outbox.ts';
import type { Posted } from '../../../src/notify/post.ts';
import { seenOf } from '../../../src/notify/seen.ts';
import { half, never, testClock } from '../kube/support/fakes.ts';
import { entry, failure, outcome, release, TRAIL_COMMIT } from './releases.ts';

const slack: SlackNotifier = {
  ...{ kind: 'slack', name: 'chat', outcomes: 'all', cluster: undefined, ca: undefined },
  ...{ namespaces: [], url: new URL('https://hooks.example.com/x'), channel: undefined },
};
const realTimeout = setTimeout;
const NONE: ReadonlyMap<string, Notifier> = new Map();
const CHAT: ReadonlyMap<string, Notifier> = new Map([['chat', slack]]);

/** Secrets as an API server keeps them, with what was asked for. */
function secretStore() {
  const kept = new Map<string, Document>();
  const asked: string[] = [];
  const notFound = () => new ApiError('not found', { status: 404, statusReason: 'NotFound' });
  return {
    kept,
    asked,
    get: ({ name }: { name: string }) => {
      asked.push('get');
      return Promise.resolve(kept.get(name));
    },
    create: (secret: Document) => {
      asked.push('create');
      kept.set(secret.metadata.name, secret);
      return Promise.resolve(secret);
    },
    mergePatch: ({ name }: { name: string }, patch: object) => {
      asked.push('patch');
      const old = kept.get(name);
      if (old === undefined) return Promise.reject(notFound());
      const { data = {} } = patch as { data?: Record<string, string | null> };
      const merged = Object.entries({ ...old.data, ...data }).filter(([, value]) => value !== null);
      const next = { ...old, data: Object.fromEntries(merged) as Record<string, string> };
      kept.set(name, next);
      return Promise.resolve(next);
    },
  };
}

describe('notifications', () => {
  let timers: SinonFakeTimers;
  let secrets: ReturnType<typeof secretStore>;
  let releases: Map<string, HelmRelease>;
  let sent: string[];
  let endings: Ending[];
  let answer: () => Posted;
  const open: Notify[] = [];

  const start = async (
    notifiers: ReadonlyMap<string, Notifier>,
    onPost: (body: string) => void = () => undefined,
  ): Promise<Notify> => {
    const notify = createNotify({
      post: ({ body }) => {
        onPost(body);
        const posted = answer();
        if (posted.kind === 'taken') sent.push((JSON.parse(body) as { text: string }).text);
        return Promise.resolve(posted);
      },
      releases: () => releases.values(),
      ledger: createLedgerStore(secrets, 'flux'),
      trailOf: () => undefined,
      ...{ clock: testClock, random: half },
      onEnd: (_notifier, ending) => endings.push(ending),
      onTrouble: () => undefined,
      onWell: () => undefined,
      onLedgerTrouble: (why) => {
        throw new Error(why);
      },
      onDefect: (caught) => {
        throw caught;
      },
    });
    open.push(notify);
    await notify.begin(notifiers, never());
    return notify;
  };
  /** A change as the watch of one of them, or of several, sees it. */
  const put = (changed: HelmRelease, ...to: readonly Notify[]): void => {
    const previous = releases.get(keyOf(changed));
    releases.set(keyOf(changed), changed);
    for (const notify of to)
      notify.onChange(
        previous === undefined
          ? { kind: 'added', object: changed, initial: false }
          : { kind: 'updated', object: changed, previous },
      );
  };
  const store = () => secrets.kept.get('helm-release-operator-notified')?.data?.['ledger'];
  /** Until nothing is written any more; the packing of a ledger does not follow the fake timers. */
  const untilSaved = async (): Promise<void> => {
    for (let still = 0, before = secrets.asked.length; still < 3; still += 1) {
      await timers.tickAsync(600);
      await promisify(realTimeout)(5);
      if (secrets.asked.length !== before) still = 0;
      before = secrets.asked.length;
    }
  };

  beforeEach(() => {
    timers = sinon.useFakeTimers({
      now: Date.parse('2026-01-01T00:10:00Z'),
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    });
    secrets = secretStore();
    releases = new Map();
    [sent, endings] = [[], []];
    answer = () => ({ kind: 'taken' });
  });
  afterEach(async () => {
    timers.restore();
    for (const notify of open.splice(0)) await notify.stop(0);
  });

  it('ask for nothing and write nothing without a notifier', async () => {
    const notify = await start(NONE);
    put(release({ history: [entry(1)] }), notify);
    await untilSaved();
    await notify.stop(0);

    expect([secrets.asked, sent], 'it looks once whether there is a ledger').to.deep.equal([['get'], []]);
  });

  it('do not tell the past when there is a notifier for the first time, at the start or later', async () => {
    put(release({ history: [entry(1)] }));
    const notify = await start(CHAT);
    put(release({ history: [entry(2), entry(1)] }), notify);
    await untilSaved();
    expect(sent).to.deep.equal(['shop/web released: web-1.0.0 (revision 2)']);

    const other = await start(NONE);
    put(release({ history: [entry(3), entry(2), entry(1)] }), other);
    other.use(CHAT);
    await untilSaved();
    expect(sent).to.have.length(1);
    put(release({ history: [entry(4), entry(3)] }), other);
    await untilSaved();

    expect(sent.slice(1)).to.deep.equal(['shop/web released: web-1.0.0 (revision 4)']);
  });

  it('tell nothing of the time without a notifier, though it was taken away while nobody looked', async () => {
    const first = await start(CHAT);
    put(release({ history: [entry(1)] }), first);
    await untilSaved();
    await first.stop(0);
    await (await start(NONE)).stop(0);
    expect(secrets.kept.get('helm-release-operator-notified')?.data).to.deep.equal({});

    put(release({ history: [entry(2), entry(1)] }));
    const again = await start(CHAT);
    put(release({ history: [entry(3), entry(2), entry(1)] }), again);
    await untilSaved();

    expect(sent).to.deep.equal([
      'shop/web released: web-1.0.0 (revision 1)',
      'shop/web released: web-1.0.0 (revision 3)',
    ]);
  });

  it('send or keep no password of a chart in Git', async () => {
    const password = 'nobody-may-see-this';
    const git = `https://user:${password}@git.example.com/acme/charts`;
    const bodies: string[] = [];
    const hook: Notifier = { ...slack, kind: 'webhook', name: 'hook', key: Buffer.from('key') };
    answer = () => ({ kind: 'later', why: 'is away' });
    const notify = await start(new Map([['hook', hook]]), (body) => bodies.push(body));
    put(release({ history: [entry(1)] }, { spec: { chart: { git, path: 'web' } } }), notify);
    await untilSaved();

    const kept = gunzipSync(Buffer.from(store() ?? '', 'base64')).toString();
    for (const text of [kept, ...bodies])
      expect(text).to.contain('https://git.example.com/acme/charts').and.to.not.contain(password);
    expect(bodies).to.not.be.empty;
  });

  it('tell each outcome once, over any number of starts, and what came in between', async () => {
    const first = await start(CHAT);
    put(release({ history: [entry(1)] }), first);
    await untilSaved();
    await start(CHAT);
    await untilSaved();
    expect(sent).to.deep.equal(['shop/web released: web-1.0.0 (revision 1)']);

    put(release({ history: [entry(2, { result: 'Failed' }), entry(1)] }));
    const notify = await start(CHAT);
    await untilSaved();
    put(release({ history: [entry(2, { result: 'Failed' }), entry(1)] }), notify);
    await untilSaved();

    expect(sent.slice(1)).to.deep.equal(['shop/web failed: web-1.0.0 (revision 2)']);
  });

  it('tell after a start what could not be told before it, once', async () => {
    answer = () => ({ kind: 'later', why: 'is away' });
    const first = await start(CHAT);
    put(release({ history: [entry(1)] }), first);
    await untilSaved();
    const stopped = first.stop(100);
    await timers.tickAsync(100);
    await stopped;
    expect(sent).to.deep.equal([]);

    answer = () => ({ kind: 'taken' });
    await start(CHAT);
    await untilSaved();
    await start(CHAT);
    await untilSaved();

    expect(sent).to.deep.equal(['shop/web released: web-1.0.0 (revision 1)']);
  });

  it('go on with what waits when a notifier is edited, and forget it when it is taken away', async () => {
    answer = () => ({ kind: 'later', why: 'is away', afterMs: 3_000_000 });
    const notify = await start(CHAT);
    put(release({ history: [entry(1)] }), notify);
    await untilSaved();
    expect(notify.waiting()).to.deep.equal([{ kind: 'slack', count: 1 }]);

    answer = () => ({ kind: 'taken' });
    notify.use(new Map([['chat', { ...slack, channel: '#ops' }]]));
    await untilSaved();
    expect(sent).to.have.length(1);

    answer = () => ({ kind: 'later', why: 'is away', afterMs: 3_000_000 });
    put(release({ history: [entry(2), entry(1)] }, { name: 'other', uid: 'other' }), notify);
    await untilSaved();
    const tries = endings.length;
    answer = () => {
      throw new Error('it is not sent anew');
    };
    notify.use(new Map([['chat', { ...slack, channel: '#ops', url: new URL(slack.url) }]]));
    await untilSaved();
    expect(endings.length, 'the same notifier, read anew').to.equal(tries);

    notify.use(NONE);
    await untilSaved();
    expect(notify.waiting()).to.deep.equal([]);
    expect(secrets.kept.get('helm-release-operator-notified')?.data).to.deep.equal({});
    put(release({ history: [entry(2), entry(1)] }), notify);
    notify.use(CHAT);
    await untilSaved();
    expect(sent).to.have.length(1);
  });

  it('tell that a release is uninstalled, also if nobody saw its HelmRelease go', async () => {
    const operation = {
      ...{ action: 'uninstall' as const, digest: 'd', fromRevision: 1, toRevision: 1 },
      startedAt: '2026-01-01T00:00:00Z',
    };
    const going = (uid: string): HelmRelease => {
      const one = release({ history: [entry(1)], operation }, { uid });
      return { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:10:00Z' } };
    };
    let notify = await start(CHAT);
    put(release({ history: [entry(1)] }, { uid: 'one' }), notify);
    put(going('one'), notify);
    releases.clear();
    notify.onChange({ kind: 'deleted', object: going('one') });
    await untilSaved();
    expect(sent).to.deep.equal(['shop/web released: web-1.0.0 (revision 1)', 'shop/web uninstalled']);

    put(release({ history: [entry(1)] }, { uid: 'two' }), notify);
    put(going('two'), notify);
    await untilSaved();
    releases.clear();
    notify = await start(CHAT);
    await untilSaved();

    expect(sent.slice(2)).to.deep.equal([
      'shop/web released: web-1.0.0 (revision 1)',
      'shop/web uninstalled',
    ]);
    put(release({ history: [entry(1)] }, { uid: 'three' }), notify);
    releases.clear();
    notify.onChange({ kind: 'deleted', object: release({ history: [entry(1)] }, { uid: 'three' }) });
    await untilSaved();
    expect(sent.at(-1), 'it was left in place').to.equal('shop/web released: web-1.0.0 (revision 1)');
  });

  it('name the commit that a failure without a revision is of, if it is proved', async () => {
    const bodies: string[] = [];
    const github: Notifier = {
      ...{ kind: 'github', name: 'git', outcomes: 'all', cluster: undefined, ca: undefined },
      ...{
        namespaces: [],
        repositories: 'github.com/acme',
        token: 't',
        api: new URL('https://api.github.com'),
      },
    };
    const notify = createNotify({
      post: ({ url }) => {
        bodies.push(url.pathname);
        return Promise.resolve({ kind: 'taken' });
      },
      releases: () => releases.values(),
      ledger: createLedgerStore(secrets, 'flux'),
      trailOf: () => ({
        ...{ repository: 'https://github.com/acme/deploy', path: 'web.yaml', commit: TRAIL_COMMIT },
        ...{ author: '', subject: '' },
      }),
      ...{ clock: testClock, random: half },
      onEnd: () => undefined,
      onTrouble: () => undefined,
      onWell: () => undefined,
      onLedgerTrouble: () => undefined,
      onDefect: () => undefined,
    });
    open.push(notify);
    await notify.begin(new Map([['git', github]]), never());
    put(release({ failure: failure() }), notify);
    await untilSaved();

    expect(bodies).to.deep.equal([`/repos/acme/deploy/statuses/${TRAIL_COMMIT}`]);
  });

  /** With a full history each. */
  const toldOf = (count: number): Ledger['told'] => {
    const uids = Array.from({ length: count }, () => crypto.randomUUID());
    return Object.fromEntries(
      uids.map((uid, index) => {
        const history = Array.from({ length: 10 }, (_, at) => {
          const time = new Date(Date.now() - randomInt(90 * 24 * 3_600) * 1_000).toISOString();
          return entry(at + 1, { time });
        });
        return [`shop/release-${String(index)}`, { uid, keys: pastOf(seenOf(release({ history }))) }];
      }),
    );
  };
  const sizeOfStore = (): number => Buffer.from(store() ?? '', 'base64').length;

  it('keep a ledger that ten thousand releases do not fill, whatever is owed beside', async () => {
    const ledger = createLedgerStore(secrets, 'flux');
    const told = toldOf(10_000);
    const owed = Array.from({ length: 2_000 }, (_, index) => ({
      notifier: index % 2 === 0 ? 'chat' : 'hook',
      outcome: outcome({ key: String(index), sentence: randomBytes(3_000).toString('base64') }),
    }));
    await ledger.save({ told, owed: [], lost: {} }, never());
    expect(sizeOfStore(), 'of each release').to.be.within(60 * 10_000, 85 * 10_000);
    await ledger.save({ told, owed, lost: {} }, never());

    expect(sizeOfStore()).to.be.within(60 * 10_000, 900_000);
    const read = await ledger.load(never());
    expect(Object.keys(read?.told ?? {})).to.have.length(10_000);
    const kept = read?.owed.map(({ outcome: { key } }) => Number(key)) ?? [];
    expect(kept, 'the newest, as many as there is room for').to.deep.equal(
      Array.from({ length: kept.length }, (_, index) => 2_000 - kept.length + index),
    );
    expect(kept.length).to.be.within(50, 499);
    const { chat = 0, hook = 0 } = read?.lost ?? {};
    expect([chat + hook, Math.abs(chat - hook) <= 1]).to.deep.equal([2_000 - kept.length, true]);
  });

  it('keep of more releases than there is room for what is newest of each', async () => {
    const ledger = createLedgerStore(secrets, 'flux');
    const told = toldOf(15_000);
    await ledger.save({ told, owed: [], lost: {} }, never());

    expect(sizeOfStore()).to.be.within(300_000, 900_000);
    const read = await ledger.load(never());
    const [key, { keys }] = Object.entries(told)[14_999] ?? ['', { keys: [] }];
    expect(keys).to.have.length(10);
    expect(read?.told[key]?.keys).to.deep.equal(keys.slice(-4));
  });

  it('say after a start how many were owed for which the ledger had no room', async () => {
    const ledger = createLedgerStore(secrets, 'flux');
    const owed = Array.from({ length: 502 }, (_, index) => ({
      notifier: index === 0 ? 'gone' : 'chat',
      outcome: outcome({ key: String(index), sentence: 'x'.repeat(4_000) }),
    }));
    await ledger.save({ told: {}, owed, lost: {} }, never());
    expect((await ledger.load(never()))?.owed[0]?.outcome.sentence).to.have.length(500);
    await ledger.save({ told: {}, owed: owed.slice(-501), lost: {} }, never());

    await start(CHAT);
    await untilSaved();

    expect(endings.filter((ending) => ending === 'dropped')).to.have.length(1);
    expect(sent[0]).to.equal('2 outcomes at once');
  });
});
