import { promisify } from 'node:util';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon, { type SinonFakeTimers } from 'sinon';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { keyOf } from '../../../src/api/metadata.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { Document } from '../../../src/kube/documents.ts';
import { createLedgerStore } from '../../../src/notify/ledger.ts';
import type { Notifier, SlackNotifier } from '../../../src/notify/notifier.ts';
import { createNotify, type Notify } from '../../../src/notify/notify.ts';
import type { Posted } from '../../../src/notify/post.ts';
import { half, never, testClock } from '../kube/support/fakes.ts';
import { entry, failure, release, TRAIL_COMMIT } from './releases.ts';

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
  let answer: () => Posted;
  const open: Notify[] = [];

  const start = async (notifiers: ReadonlyMap<string, Notifier>): Promise<Notify> => {
    const notify = createNotify({
      post: ({ body }) => {
        const posted = answer();
        if (posted.kind === 'taken') sent.push((JSON.parse(body) as { text: string }).text);
        return Promise.resolve(posted);
      },
      releases: () => releases.values(),
      ledger: createLedgerStore(secrets, 'flux'),
      trailOf: () => undefined,
      ...{ clock: testClock, random: half },
      onEnd: () => undefined,
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
    sent = [];
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

    expect([secrets.asked, sent]).to.deep.equal([[], []]);
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

  it('keep a ledger that a thousand releases do not fill', async () => {
    for (let index = 0; index < 1_000; index += 1) {
      const history = Array.from({ length: 10 }, (_, at) => {
        const time = new Date(Date.now() - (10 - at) * 3_600_000 - index * 7_000_000).toISOString();
        return entry(at + 1, { time });
      }).toReversed();
      put(release({ history }, { uid: crypto.randomUUID(), name: `release-${String(index)}` }));
    }
    await start(CHAT);
    await untilSaved();
    while (store() === undefined) await untilSaved();

    const packed = store() ?? '';
    expect(Buffer.from(packed, 'base64').length).to.be.within(20_000, 80_000);
  });
});
