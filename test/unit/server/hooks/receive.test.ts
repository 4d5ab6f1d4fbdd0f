import { expect } from 'chai';
import sinon from 'sinon';
import type { Push } from '../../../../src/server/hooks/push.ts';
import { createReceive, type ReceiveOptions } from '../../../../src/server/hooks/receive.ts';
import type { Receiver } from '../../../../src/server/hooks/receivers.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import {
  fixture,
  hexOf,
  hmac,
  incoming,
  KEY,
  openBody,
  type RequestParts,
  SECONDS,
  type TestClock,
  testClock,
} from './support.ts';

const TOKEN = 'a-token.of-the~tests_and-of-nothing-else';
const PUSHED = fixture('github/push');
const ACCEPTED = [202, 'accepted\n'];
const REFUSED = [401, 'not authenticated\n'];

const github = (body: Buffer = PUSHED, name = 'git', delivery = '1'): RequestParts => ({
  url: `/hook/${name}`,
  headers: {
    'x-github-event': 'push',
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${hexOf(body)}`,
  },
  body,
});

const generic = (seconds: string, body = fixture('generic-hmac/push')): RequestParts => ({
  url: '/hook/generic',
  headers: {
    'x-timestamp': seconds,
    'x-signature': `sha256=${hmac(KEY, `${seconds}.`, body).toString('hex')}`,
  },
  body,
});

describe('receiving webhooks', () => {
  const receivers = new Map<string, Receiver>([
    ['git', { type: 'github', key: KEY }],
    ['other', { type: 'github', key: KEY }],
    ['lab', { type: 'gitlab', key: KEY }],
    ['server', { type: 'bitbucket-server', key: KEY }],
    ['generic', { type: 'generic-hmac', key: KEY }],
    ['azure', { type: 'azuredevops', key: KEY }],
    ['harbor', { type: 'harbor', key: KEY }],
    ['quay', { type: 'quay', key: Buffer.from(TOKEN) }],
  ]);
  let clock: TestClock;
  let pushes: Push[];
  let results: string[];
  let logged: string;
  let receive: ReturnType<typeof createReceive>;

  const start = (more: Partial<ReceiveOptions> = {}): ReturnType<typeof createReceive> =>
    createReceive({
      receivers: () => receivers,
      refresh: (push) => pushes.push(push),
      clock,
      random: () => 0.5,
      log: createLogger({ format: 'json', level: 'debug', write: (line) => (logged += line) }),
      onEnd: ({ sender, result }) => results.push(`${sender} ${result}`),
      ...more,
    });

  const send = async (parts: RequestParts): Promise<readonly unknown[]> => {
    const { status, body } = await receive(incoming(parts));
    return [status, body];
  };

  beforeEach(() => {
    clock = testClock();
    pushes = [];
    results = [];
    logged = '';
    receive = start();
  });

  it('refreshes what a delivery names, and says so', async () => {
    expect(await send(github())).to.deep.equal(ACCEPTED);

    expect(pushes.map((push) => push.kind)).to.deep.equal(['repository']);
    expect(results).to.deep.equal(['github accepted']);
    expect(JSON.parse(logged)).to.include({ info: 'a webhook came', receiver: 'git', result: 'accepted' });
  });

  it('takes POST to a hook and nothing else', async () => {
    for (const url of [
      '/',
      '/hook',
      '/hook/',
      '/hook//x',
      '/metrics',
      '/hooks/git',
      'http://x/hook/git',
      '*',
      '',
    ]) {
      expect(await send({ ...github(), url }), url).to.deep.equal([404, 'not found\n']);
    }
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
      expect((await send({ ...github(), method }))[0], method).to.equal(405);
    }
    expect(pushes).to.deep.equal([]);
  });

  it('reads nothing of what is not proved', async () => {
    const parse = sinon.spy(JSON, 'parse');
    try {
      expect(await send({ ...github(), headers: { 'x-github-event': 'push' } })).to.deep.equal(REFUSED);
      expect(await send({ ...github(), body: `${PUSHED.toString()} ` })).to.deep.equal(REFUSED);
      expect(parse.callCount).to.equal(0);
    } finally {
      parse.restore();
    }
    expect(pushes).to.deep.equal([]);
    expect(results).to.deep.equal(['github refused', 'github refused']);
    expect(logged).to.contain('a webhook was refused');
  });

  it('says the same for a name that is not there, also to the key that stands in for it', async () => {
    const decoy = Buffer.alloc(32, 128);
    const body = fixture('github/push');
    const headers = { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hexOf(body, decoy)}` };

    expect(await send(github(PUSHED, 'nobody'))).to.deep.equal(REFUSED);
    expect(await send({ url: '/hook/nobody', headers, body })).to.deep.equal(REFUSED);
    expect(await send({ url: '/hook/__proto__', headers, body })).to.deep.equal(REFUSED);
    expect(await receive(incoming(github(PUSHED, 'nobody')))).to.deep.equal(
      await receive(incoming({ ...github(), headers: {} })),
    );
    expect(new Set(results)).to.deep.equal(new Set(['unknown refused', 'github refused']));
  });

  it('takes as long for a name that is not there as for a proof that is wrong', async () => {
    const body = Buffer.alloc(1024 * 1024, 'x');
    const names = ['nobody', 'git', 'lab', 'generic', 'azure', 'quay'];
    const least = new Map<string, number>();
    // By turns, and what is fastest of many: what else the machine does counts for none.
    for (let round = 0; round < 30; round += 1) {
      for (const name of names) {
        const before = performance.now();
        expect(await send({ url: `/hook/${name}`, body })).to.deep.equal(REFUSED);
        least.set(name, Math.min(least.get(name) ?? Infinity, performance.now() - before));
        clock.pass(1_000);
      }
    }

    const unknown = least.get('nobody') ?? 0;
    for (const [name, ms] of least) expect(ms / unknown, name).to.be.within(0.5, 2);
  });

  it('gives one answer for news, for pings, for what it knows already and for what nobody follows', async () => {
    const ping = fixture('github/ping');
    const signed = { 'x-github-event': 'ping', 'x-hub-signature-256': `sha256=${hexOf(ping)}` };

    expect(await send(github())).to.deep.equal(ACCEPTED);
    expect(await send(github())).to.deep.equal(ACCEPTED);
    expect(await send({ url: '/hook/git', headers: signed, body: ping })).to.deep.equal(ACCEPTED);

    expect(results).to.deep.equal(['github accepted', 'github duplicate', 'github ignored']);
    expect(pushes).to.have.length(1);
  });

  it('answers the unsigned ping of Bitbucket Server for any name alike, and does nothing', async () => {
    const ping = { headers: { 'x-event-key': 'diagnostics:ping' }, body: fixture('bitbucket-server/ping') };

    for (const name of ['server', 'git', 'nobody']) {
      expect(await send({ url: `/hook/${name}`, ...ping })).to.deep.equal(ACCEPTED);
    }
    expect(pushes).to.deep.equal([]);
  });

  it('looks again for another delivery with the same body, and for one that a ping with this body came before', async () => {
    const body = Buffer.from('{"repository":{"clone_url":"https://git.example.com/org/deploy.git"}}');
    const ping = github(body);

    await send({ ...ping, headers: { ...ping.headers, 'x-github-event': 'ping' } });
    for (const delivery of ['1', '2', '2']) await send(github(body, 'git', delivery));

    expect(results).to.deep.equal([
      'github ignored',
      'github accepted',
      'github accepted',
      'github duplicate',
    ]);
    expect(pushes).to.have.length(2);
  });

  it('keeps the deliveries of two receivers apart', async () => {
    await send(github());
    await send(github(PUSHED, 'other'));

    expect(results).to.deep.equal(['github accepted', 'github accepted']);
  });

  it('takes a delivery again that could not be passed on', async () => {
    let fails = true;
    receive = start({
      refresh: (push) => {
        if (fails) throw new Error('not now');
        pushes.push(push);
      },
    });

    const failed: unknown = await send(github()).catch((error: unknown) => error);
    fails = false;

    expect(failed).to.be.instanceOf(Error);
    expect(await send(github())).to.deep.equal(ACCEPTED);
    expect(pushes).to.have.length(1);
  });

  it('never takes a second push to Quay for the first, which reads the same', async () => {
    const pushed = { url: `/hook/quay/${TOKEN}`, body: fixture('quay/push') };

    await send(pushed);
    await send(pushed);

    expect(pushes).to.have.length(2);
  });

  it('refuses a recording: within its time it is known, and afterwards stale', async () => {
    await send(generic(SECONDS));
    clock.pass(299_000);
    await send(generic(SECONDS));
    clock.pass(2_000);
    expect((await send(generic(SECONDS)))[0]).to.equal(400);

    expect(results).to.deep.equal(['generic-hmac accepted', 'generic-hmac duplicate', 'generic-hmac stale']);
    expect(pushes).to.have.length(1);
  });

  it('refuses what happened long ago, or much later than now, by the time in the body', async () => {
    const pushed = {
      url: '/hook/harbor',
      headers: { authorization: KEY.toString() },
      body: fixture('harbor/push'),
    };
    const at = async (ms: number): Promise<unknown> => {
      clock = testClock(Number(SECONDS) * 1_000 + ms);
      receive = start();
      return (await send(pushed))[0];
    };

    expect([await at(15 * 60_000), await at(-5 * 60_000)]).to.deep.equal([202, 202]);
    expect([await at(15 * 60_000 + 1), await at(-5 * 60_000 - 1)]).to.deep.equal([400, 400]);
    expect(results.slice(2)).to.deep.equal(['harbor stale', 'harbor stale']);
  });

  it('tells a sender that is proved what is wrong with a body, and takes the next one', async () => {
    const bodies: readonly (readonly [string, string])[] = [
      ['{', 'the body is not JSON\n'],
      ['', 'the body is not JSON\n'],
      ['['.repeat(200_000), 'the body is not JSON\n'],
      [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'the body has not the form of this sender\n'],
      ['{"repository":[]}', 'repository is missing or of another type\n'],
      [
        `{"repository":{"clone_url":"${'x'.repeat(3_000)}"}}`,
        'repository.clone_url is missing or of another type\n',
      ],
      ['{"__proto__":{"repository":{"clone_url":"x"}}}', 'repository is missing or of another type\n'],
    ];
    for (const [body, why] of bodies) {
      expect(await send(github(Buffer.from(body))), body.slice(0, 30)).to.deep.equal([400, why]);
    }
    expect(pushes).to.deep.equal([]);
    expect(await send(github())).to.deep.equal(ACCEPTED);
  });

  it('reads a form, which is what GitHub sends unless it is told otherwise', async () => {
    const form = Buffer.from(new URLSearchParams({ payload: PUSHED.toString() }).toString());
    const parts = github(form);
    const headers = { ...parts.headers, 'content-type': 'application/x-www-form-urlencoded' };

    expect(await send({ ...parts, headers })).to.deep.equal(ACCEPTED);
    const without = github(Buffer.from('a=b'));
    expect(
      await send({ ...without, headers: { ...without.headers, 'content-type': headers['content-type'] } }),
    ).to.deep.equal([400, 'the form has no field payload\n']);
    expect(pushes).to.have.length(1);
  });

  it('takes a body of 1 MiB and not a byte more, told or not told before', async () => {
    const whole = Buffer.alloc(1024 * 1024, ' ');
    PUSHED.copy(whole);
    const longer = Buffer.concat([whole, Buffer.from(' ')]);

    expect(await send(github(whole))).to.deep.equal(ACCEPTED);
    expect((await send(github(longer)))[0]).to.equal(413);
    const told = openBody();
    const parts = github(whole);
    expect(
      (await send({ ...parts, headers: { ...parts.headers, 'content-length': '1048577' }, body: told }))[0],
    ).to.equal(413);
    expect(told.readableFlowing).to.equal(null);
    expect(results).to.deep.equal(['github accepted', 'unknown too-large', 'unknown too-large']);
  });

  it('stops reading a body that has no end', async () => {
    let pieces = 0;
    const endless = openBody();
    endless._read = () => {
      pieces += 1;
      endless.push(Buffer.alloc(65_536));
    };

    expect((await send({ ...github(), body: endless }))[0]).to.equal(413);
    const read = pieces;
    await new Promise((resolve) => setImmediate(resolve));

    expect(read).to.be.lessThan(40);
    expect(pieces - read).to.be.lessThan(3);
  });

  it('refuses a body that is packed', async () => {
    const parts = github();
    for (const encoding of ['gzip', 'deflate', 'br', 'identity, gzip']) {
      expect(
        (await send({ ...parts, headers: { ...parts.headers, 'content-encoding': encoding } }))[0],
      ).to.equal(415);
    }
    const plain = { ...parts.headers, 'content-encoding': 'identity' };
    expect(await send({ ...parts, headers: plain })).to.deep.equal(ACCEPTED);
  });

  it('waits five seconds for a body in all, however it trickles', async () => {
    const timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const body = openBody();
      const answer = send({ ...github(), body });
      for (let second = 0; second < 5; second += 1) {
        body.push('x');
        await new Promise((resolve) => setImmediate(resolve));
        timers.tick(999);
      }
      expect(results).to.deep.equal([]);
      timers.tick(5);

      expect(await answer).to.deep.equal([408, 'the body did not come in time\n']);
      expect(body.isPaused()).to.equal(true);
      expect(timers.countTimers()).to.equal(0);
    } finally {
      timers.restore();
    }
  });

  it('ends with a sender that leaves in the middle', async () => {
    const body = openBody();
    const answer = send({ ...github(), body });
    body.push('half');
    body.destroy(new Error('aborted'));

    expect((await answer)[0]).to.equal(400);
    expect(results).to.deep.equal(['unknown gone']);
  });

  it('holds no more than 32 MiB of bodies that do not end, and takes others when these are over', async () => {
    const timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const bodies = Array.from({ length: 32 }, () => openBody());
      const answers = bodies.map((body, at) => {
        body.push(Buffer.alloc(1024 * 1024));
        return send({ ...github(), body, address: `held ${String(at)}` });
      });
      await new Promise((resolve) => setImmediate(resolve));

      expect((await send(github()))[0]).to.equal(429);
      timers.tick(5_000);
      expect((await Promise.all(answers)).map(([status]) => status)).to.deep.equal(Array(32).fill(408));
      expect(await send(github())).to.deep.equal(ACCEPTED);
    } finally {
      timers.restore();
    }
  });

  it('answers one address so often, all together so often, and believes no header about the address', async () => {
    const statuses = async (count: number, addressOf: (at: number) => string): Promise<unknown> => {
      const all = [];
      for (let at = 0; at < count; at += 1) {
        const headers = { 'x-forwarded-for': String(at), forwarded: `for=${String(at)}` };
        all.push((await send({ url: '/hook/nobody', address: addressOf(at), headers }))[0]);
      }
      return {
        refused: all.filter((one) => one === 401).length,
        limited: all.filter((one) => one === 429).length,
      };
    };

    expect(await statuses(100, () => '192.0.2.7')).to.deep.equal({ refused: 60, limited: 40 });
    expect(await send(github())).to.deep.equal(ACCEPTED);
    clock.pass(1_000);
    expect(await statuses(30, () => '192.0.2.7')).to.deep.equal({ refused: 20, limited: 10 });

    clock.pass(60_000);
    expect(await statuses(500, String)).to.deep.equal({ refused: 300, limited: 200 });
    clock.pass(1_000);
    expect(await statuses(500, String)).to.deep.equal({ refused: 100, limited: 400 });
  });

  it('reads no body of whom it has no time for', async () => {
    for (let at = 0; at < 60; at += 1) await send({ url: '/hook/nobody' });
    const body = openBody();

    const answer = await receive(incoming({ ...github(), body }));

    expect(answer).to.deep.include({ status: 429 });
    expect(answer.headers).to.include({ 'retry-after': '1', connection: 'close' });
    expect(body.readableFlowing).to.equal(null);
  });

  it('logs no token, no signature, no body, and of unknown names only for whoever looks closely', async () => {
    await send({ url: `/hook/quay/${TOKEN}`, body: fixture('quay/push') });
    await send({ url: `/hook/quay/${TOKEN}x`, body: fixture('quay/push') });
    await send({ url: `/hook/nobody/${TOKEN}`, body: fixture('quay/push') });
    await send(github(Buffer.from('{"repository":"sesame"}')));

    expect(logged).to.contain('"receiver":"quay"').and.contain('"receiver":"nobody"');
    for (const secret of [TOKEN, 'sesame', KEY.toString(), hexOf(PUSHED), 'sha256=']) {
      expect(logged).to.not.contain(secret);
    }
    const levels = logged.split('\n').filter((line) => line.includes('nobody'));
    expect(levels.map((line) => Object.keys(JSON.parse(line) as object)[0])).to.not.include('warn');
  });

  it('does not fill the log with one receiver', async () => {
    for (let at = 0; at < 300; at += 1) {
      await send({ ...github(), headers: {} });
      clock.pass(50);
    }

    expect(logged.split('"a webhook was refused"').length - 1).to.be.within(20, 36);
  });
});
