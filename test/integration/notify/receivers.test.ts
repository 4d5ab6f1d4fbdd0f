import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { createConnections } from '../../../src/charts/http/connections.ts';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import { createHostLookup } from '../../../src/net/lookup.ts';
import { type Desk, openDesk, type Trouble } from '../../../src/notify/desk.ts';
import type { Ending } from '../../../src/notify/outbox.ts';
import { createPost } from '../../../src/notify/post.ts';
import { readNotifier } from '../../../src/notify/read-notifier.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { type Certificates, createCertificates } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { type NotificationReceiver, startNotificationReceiver } from '../../support/notification-receiver.ts';
import { COMMIT, outcome } from '../../unit/notify/releases.ts';

const SECRET = 'nobody-may-see-this';
const KEY = 'a key of the tests, and of nothing else';

describe('receivers of notifications', function () {
  this.timeout(30_000);
  let certificates: Certificates;
  let receiver: NotificationReceiver;
  let endings: Ending[];
  let troubles: Trouble[];
  let stack: AsyncDisposableStack;

  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'notify-'));
    try {
      certificates = await createCertificates(dir);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    receiver = stack.use(await startNotificationReceiver());
    [endings, troubles] = [[], []];
  });
  afterEach(async () => {
    await stack.disposeAsync();
  });

  /** The way from the content of a Secret to the wire. */
  const open = (
    kind: string,
    texts: Readonly<Record<string, string>>,
    { denied = [], totalMs = 5_000 }: { denied?: readonly string[]; totalMs?: number } = {},
  ): Desk => {
    const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)] as const);
    const found = readNotifier('team', kind, Object.fromEntries(data));
    if (found.kind === 'refused') throw new Error(found.why);
    const connections = createConnections({
      lookup: createHostLookup({ clock: systemClock }),
      check: createAddressCheck(denied),
      ...{ proxyEnv: {}, ca: [] },
    });
    stack.defer(() => {
      connections.close();
    });
    const desk = openDesk(found.notifier, {
      post: createPost({ connections, clock: systemClock, version: '1.2.3', totalMs }),
      clock: systemClock,
      random: () => 0,
      onEnd: (_notifier, ending) => endings.push(ending),
      onTrouble: (trouble) => troubles.push(trouble),
      onWell: () => undefined,
      onSettled: () => undefined,
      resendMs: 300,
    });
    stack.defer(async () => {
      await desk.stop();
    });
    return desk;
  };
  const ended = (count: number): Promise<void> =>
    eventually(() => {
      expect(endings).to.have.length(count);
    }, 15_000);
  const only = (): {
    readonly json: Readonly<Record<string, unknown>>;
  } & NotificationReceiver['received'][0] => {
    expect(receiver.received).to.have.length(1);
    const [first] = receiver.received;
    if (first === undefined) throw new Error('nothing came');
    return { ...first, json: JSON.parse(first.body) as Readonly<Record<string, unknown>> };
  };

  it('get a message for a chat', async () => {
    open('slack', { url: `${receiver.url}/services/${SECRET}`, channel: '#ops' }).tell(outcome());
    await ended(1);

    const { method, path, headers, json } = only();
    expect([method, path]).to.deep.equal(['POST', `/services/${SECRET}`]);
    expect(headers).to.include({
      'content-type': 'application/json',
      'user-agent': 'helm-release-operator/1.2.3',
    });
    expect(json).to.include({ channel: '#ops', text: 'shop/web released: web-1.0.0 (revision 1)' });
    expect(endings).to.deep.equal(['sent']);
  });

  it('get a signed message', async () => {
    open('webhook', { url: `${receiver.url}/in?from=cluster`, key: KEY }).tell(outcome());
    await ended(1);

    const { path, headers, body, json } = only();
    expect(path).to.equal('/in?from=cluster');
    const timestamp = String(headers['x-timestamp']);
    expect(Math.abs(Number(timestamp) * 1_000 - Date.now())).to.be.lessThan(10_000);
    const signature = createHmac('sha256', KEY).update(`${timestamp}.${body}`).digest('hex');
    expect(headers['x-signature']).to.equal(`sha256=${signature}`);
    expect(json).to.include({ version: 1, more: 0 });
  });

  it('get a status for the commit on GitHub, over TLS with a CA of their own', async () => {
    const tls = stack.use(await startNotificationReceiver(certificates));
    const commits = [{ repository: 'https://github.com/acme/charts', id: COMMIT }];
    const of = { url: 'https://github.com/acme', token: SECRET, api: `${tls.url}/api/v3` };
    open('github', { ...of, ca: certificates.ca }).tell(outcome({ commits }));
    await ended(1);

    const [status] = tls.received;
    expect(status?.path).to.equal(`/api/v3/repos/acme/charts/statuses/${COMMIT}`);
    expect(status?.headers).to.include({
      authorization: `Bearer ${SECRET}`,
      accept: 'application/vnd.github+json',
    });
    expect(JSON.parse(status?.body ?? '')).to.deep.equal({
      state: 'success',
      context: 'helm-release/shop/web',
      description: 'web-1.0.0 is released as revision 1 (install)',
    });

    open('github', of).tell(outcome({ commits }));
    await eventually(() => {
      expect(troubles[0]?.why).to.equal(
        'has a certificate that is not trusted: put that of its CA into the key ca of the Secret',
      );
    });
    expect(tls.received).to.have.length(1);
  });

  it('get a status for the commit on GitLab, which may have it already', async () => {
    const commits = [{ repository: 'git@git.example.com:group/project.git', id: COMMIT }];
    const body = '{"message":"Cannot transition status via :drop from :failed"}';
    receiver.replyNext({ status: 400, body });
    open('gitlab', {
      url: 'https://git.example.com/group',
      token: SECRET,
      api: `${receiver.url}/api/v4`,
    }).tell(outcome({ commits, result: 'Failed', sentence: 'no such image' }));
    await ended(1);

    const { path, headers, json } = only();
    expect(path).to.equal(`/api/v4/projects/group%2Fproject/statuses/${COMMIT}`);
    expect(headers).to.include({ 'private-token': SECRET });
    expect(json).to.deep.equal({
      state: 'failed',
      name: 'helm-release/shop/web',
      description: 'no such image',
    });
    expect([endings, troubles]).to.deep.equal([['sent'], []]);
  });

  it('get an alert again and again while it fires, and once when it is over', async () => {
    const desk = open('alertmanager', { url: receiver.url });
    const alert = {
      namespace: 'shop',
      name: 'web',
      sentence: 'no such image',
      since: '2026-01-01T00:00:00Z',
    };
    desk.alert('shop/web', alert);
    await eventually(() => {
      expect(receiver.received.length).to.be.greaterThan(2);
    });
    desk.alert('shop/web', undefined);
    const ends = (): readonly boolean[] =>
      receiver.received.map(({ body, at }) => {
        const [first] = JSON.parse(body) as readonly { endsAt: string }[];
        return Date.parse(first?.endsAt ?? '') - performance.timeOrigin > at + 100;
      });
    await eventually(() => {
      expect(ends().at(-1)).to.equal(false);
    });
    const count = receiver.received.length;
    desk.alert('shop/other', { ...alert, name: 'other' });
    await eventually(() => {
      expect(receiver.received.length).to.be.greaterThan(count + 1);
    });

    expect(receiver.received.every(({ path }) => path === '/api/v2/alerts')).to.equal(true);
    expect(ends().filter((isFiring) => !isFiring)).to.have.length(1);
    expect(receiver.received.slice(count).map(({ body }) => body.includes('"web"'))).to.not.include(true);
  });

  it('are asked again after an error, and not before they want to be', async () => {
    receiver.replyNext({ status: 500 }, { status: 429, headers: { 'retry-after': '2' } });
    open('slack', { url: `${receiver.url}/${SECRET}` }).tell(outcome());
    await ended(1);

    expect(endings).to.deep.equal(['sent']);
    const [first, second, third] = receiver.received.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).to.be.within(450, 1_900);
    expect((third ?? 0) - (second ?? 0)).to.be.within(1_950, 4_000);
    expect(troubles.map(({ why }) => why)).to.deep.equal([
      'answered with status 500',
      'answered with status 429',
    ]);
  });

  it('are asked no more after a refusal', async () => {
    receiver.replyNext({ status: 404, body: SECRET });
    open('slack', { url: `${receiver.url}/${SECRET}` }).tell(outcome());
    await ended(1);

    expect(endings).to.deep.equal(['failed']);
    expect(receiver.received).to.have.length(1);
    expect(troubles.map(({ why, last }) => [why, last])).to.deep.equal([
      ['answered with status 404: check the address, and whether the token may see what it names', true],
    ]);
  });

  it('are asked again when they say nothing in time', async () => {
    receiver.replyNext('silence');
    open('slack', { url: `${receiver.url}/${SECRET}` }, { totalMs: 300 }).tell(outcome());
    await ended(1);

    expect([endings, receiver.received.length]).to.deep.equal([['sent'], 2]);
    expect(troubles[0]?.why).to.match(/^(did not answer within|was silent for) 0\.3 s/);
  });

  it('may redirect to themselves, and to nobody else', async () => {
    const other = stack.use(await startNotificationReceiver());
    const commits = [{ repository: 'https://github.com/acme/charts', id: COMMIT }];
    const tell = async (location: string, status: number): Promise<void> => {
      receiver.replyNext({ status, headers: { location } });
      const count = endings.length;
      open('github', { url: 'https://github.com', token: SECRET, api: receiver.url }).tell(
        outcome({ commits }),
      );
      await ended(count + 1);
    };

    await tell(`${receiver.url}/moved`, 307);
    expect(receiver.received.map(({ path, method }) => `${method} ${path}`)).to.deep.equal([
      `POST /repos/acme/charts/statuses/${COMMIT}`,
      'POST /moved',
    ]);
    expect(receiver.received[1]?.body).to.equal(receiver.received[0]?.body);
    await tell(`${other.url}/stolen?${SECRET}`, 307);
    await tell(`${receiver.url}/read`, 302);

    expect(endings).to.deep.equal(['sent', 'failed', 'failed']);
    expect(other.received).to.deep.equal([]);
    expect(receiver.received.map(({ method }) => method)).to.not.include('GET');
    expect(troubles[0]?.why).to.equal(
      'answered with a redirect (307) that is not followed: use the address that it leads to',
    );
  });

  it('are not asked at addresses that are denied', async () => {
    open('slack', { url: `${receiver.url}/${SECRET}` }, { denied: ['127.0.0.0/8'] }).tell(outcome());
    await eventually(() => {
      expect(troubles[0]?.why).to.equal(
        'is not asked: 127.0.0.1 is in a range that this operator must not reach',
      );
    });

    expect(receiver.received).to.deep.equal([]);
  });

  it('never have more of their address told than the host', async () => {
    const gone = await startNotificationReceiver();
    await gone[Symbol.asyncDispose]();
    receiver.replyNext({ status: 307, headers: { location: `/${SECRET}/away` } }, { status: 410 });
    open('slack', { url: `${receiver.url}/${SECRET}` }).tell(outcome());
    open('slack', { url: `${gone.url}/${SECRET}` }).tell(outcome());
    await eventually(() => {
      expect(troubles.map(({ why }) => why)).to.include.members([
        'answered with status 410: the address is gone',
        'refused the connection',
      ]);
    });

    expect(JSON.stringify(troubles.map(({ why }) => why))).to.not.contain(SECRET);
  });
});
