import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createApiClient } from '../../../hack/testenv/control-plane/api-client.ts';
import type { ApiClient } from '../../../hack/testenv/control-plane/api-client.ts';
import { startFaultProxy } from '../../../hack/testenv/fault-proxy.ts';
import type { FaultProxy } from '../../../hack/testenv/fault-proxy.ts';
import { startControlPlane, tool } from '../../../hack/testenv/testenv.ts';
import type { ControlPlane } from '../../../hack/testenv/testenv.ts';
import { eventually } from './eventually.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const WATCH = `${CONFIG_MAPS}?watch=true&labelSelector=watched`;

/** An answer that is read as it comes. */
interface Stream {
  status: number;
  text: string;
  /** 'open', 'ended' in good order, or the code of an error. */
  end: string;
  abort(): void;
}

describe('a fault proxy in front of the API server', () => {
  let base: string;
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let client: ApiClient;
  const streams: Stream[] = [];

  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'testenv-'));
    plane = await startControlPlane(join(base, 'plane'));
    proxy = await startFaultProxy(base, plane);
    client = createApiClient({ url: proxy.url, caPem: proxy.caPem, token: plane.adminToken });
  }).timeout(180_000);
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.abort();
    proxy.heal();
    proxy.forgetRequests();
  });
  after(async () => {
    client.close();
    await proxy.close();
    await plane.stop();
    await rm(base, { recursive: true });
  });

  function open(path: string): Stream {
    const headers = { authorization: `Bearer ${plane.adminToken}`, 'user-agent': 'watcher/1' };
    const request = https.get(`${proxy.url}${path}`, { ca: proxy.caPem, agent: false, headers });
    const stream: Stream = { status: 0, text: '', end: 'open', abort: () => request.destroy() };
    streams.push(stream);
    const failed = (error: NodeJS.ErrnoException): void => {
      stream.end = error.code ?? error.message;
    };
    request.once('error', failed);
    request.once('response', (response) => {
      stream.status = response.statusCode ?? 0;
      response.setEncoding('utf8').on('data', (text: string) => (stream.text += text));
      response.once('error', failed);
      response.once('end', () => {
        stream.end = 'ended';
      });
    });
    return stream;
  }

  const started = (stream: Stream): Promise<true> =>
    eventually('the start of the watch', () => (stream.status === 200 ? true : undefined));
  const over = (stream: Stream): Promise<string> =>
    eventually('the end of the answer', () => (stream.end === 'open' ? undefined : stream.end));
  const codeOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'no error',
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
    );
  async function change(name: string): Promise<void> {
    const body = { metadata: { name, labels: { watched: '' } } };
    await plane.client.send('POST', CONFIG_MAPS, body);
  }

  it('passes requests and watches through, for real clients too', async () => {
    const stream = open(WATCH);
    await started(stream);
    await change('passes');
    await eventually('an event', () => (stream.text.includes('"passes"') ? true : undefined));
    const env = { PATH: '/usr/bin:/bin', HOME: base, KUBECONFIG: proxy.kubeconfig };

    const { stdout } = await promisify(execFile)(await tool('kubectl'), ['get', 'configmaps'], { env });

    expect(stdout).to.contain('passes');
    expect(JSON.parse(stream.text.split('\n')[0] ?? '')).to.have.property('type', 'ADDED');
  });

  it('refuses clients that the API server refuses', async () => {
    const stranger = createApiClient({ url: proxy.url, caPem: proxy.caPem, token: 'wrong' });

    expect((await stranger.send('GET', CONFIG_MAPS)).status).to.equal(401);
    stranger.close();
  });

  it('counts requests by verb, resource and user agent, with their status', async () => {
    await client.send('GET', CONFIG_MAPS);
    await client.send('GET', `${CONFIG_MAPS}/missing`);
    await client.send('POST', CONFIG_MAPS, { metadata: { name: 'counted' } });
    await client.send('POST', `${CONFIG_MAPS}?dryRun=All`, { metadata: { name: 'not-counted' } });
    await started(open(WATCH));

    const seen = proxy
      .requests()
      .map(({ verb, resource, status, userAgent }) => [verb, resource, status, userAgent]);
    expect(seen).to.eql([
      ['list', 'configmaps', 200, 'testenv'],
      ['get', 'configmaps', 404, 'testenv'],
      ['create', 'configmaps', 201, 'testenv'],
      ['create', 'configmaps', 201, 'testenv'],
      ['watch', 'configmaps', 200, 'watcher/1'],
    ]);
    expect(proxy.requests({ userAgent: /^watcher/ })).to.have.length(1);
    expect(proxy.writes()).to.have.length(1);
    expect(proxy.writes({ userAgent: /^watcher/ })).to.eql([]);
  });

  it('reset: breaks the connection instead of answering, as often as it is told', async () => {
    const injected = proxy.inject({ fault: { kind: 'reset' }, match: { verb: 'list' }, times: 2 });

    const outcomes = [];
    for (let i = 0; i < 3; i += 1) outcomes.push(await codeOf(client.send('GET', CONFIG_MAPS)));

    expect(outcomes).to.eql(['ECONNRESET', 'ECONNRESET', 'no error']);
    expect(injected.hits()).to.equal(2);
    expect(proxy.requests().map(({ status, fault }) => [status, fault])).to.eql([
      [0, 'reset'],
      [0, 'reset'],
      [200, undefined],
    ]);
  });

  it('reset after some bytes: breaks off in the middle of an answer', async () => {
    proxy.inject({ fault: { kind: 'reset', afterBytes: 100 } });

    const stream = open('/openapi/v2');

    expect(await over(stream)).to.equal('ECONNRESET');
    expect([stream.status, stream.text.length]).to.eql([200, 100]);
  });

  it('stall: takes the request and never answers; the API server does not see it', async () => {
    proxy.inject({ fault: { kind: 'stall' }, match: { verb: 'create' } });
    const body = { metadata: { name: 'stalled' } };

    const first = await Promise.race([
      client.send('POST', CONFIG_MAPS, body).then(
        () => 'answered',
        () => 'failed',
      ),
      new Promise((resolve) => setTimeout(resolve, 700, 'silence')),
    ]);

    expect(first).to.equal('silence');
    expect((await plane.client.send('GET', `${CONFIG_MAPS}/stalled`)).status).to.equal(404);
  });

  it('stall after some bytes: a watch that goes silent in the middle of an event', async () => {
    proxy.inject({ fault: { kind: 'stall', afterBytes: 40 }, match: { verb: 'watch' } });
    const stream = open(WATCH);
    await started(stream);

    await change('silenced');
    await eventually('the bytes that get through', () => (stream.text.length === 40 ? true : undefined));
    await change('silenced-too');
    await client.send('GET', CONFIG_MAPS);

    expect([stream.text.length, stream.end]).to.eql([40, 'open']);
  });

  for (const [status, reason] of [
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [410, 'Expired'],
  ] as const) {
    it(`answer ${status}: a Status with the reason ${reason}, without asking the API server`, async () => {
      proxy.inject({ fault: { kind: 'answer', status, retryAfterSeconds: 3 }, times: 1 });

      const answer = await client.send('POST', CONFIG_MAPS, { metadata: { name: `answered-${status}` } });
      const after = await client.send('GET', `${CONFIG_MAPS}/answered-${status}`);

      expect(answer.status).to.equal(status);
      expect(answer.json()).to.deep.include({ kind: 'Status', status: 'Failure', reason, code: status });
      expect(answer.json()).to.have.nested.property('details.retryAfterSeconds', 3);
      expect(after.status).to.equal(404);
    });
  }

  it('answer 429 carries the Retry-After header', async () => {
    proxy.inject({ fault: { kind: 'answer', status: 429, retryAfterSeconds: 7 } });
    const headers = { authorization: `Bearer ${plane.adminToken}` };

    const retryAfter = await new Promise((resolve) => {
      https.get(`${proxy.url}/api`, { ca: proxy.caPem, agent: false, headers }, (response) => {
        response.resume();
        resolve(response.headers['retry-after']);
      });
    });

    expect(retryAfter).to.equal('7');
  });

  it('expire: a new watch gets an ERROR event of code 410 and ends', async () => {
    proxy.inject({ fault: { kind: 'expire' }, match: { verb: 'watch' }, times: 1 });

    const stream = open(WATCH);

    expect(await over(stream)).to.equal('ended');
    const { type, object } = JSON.parse(stream.text) as { type: string; object: object };
    expect([stream.status, type]).to.eql([200, 'ERROR']);
    expect(object).to.include({ kind: 'Status', code: 410, reason: 'Expired' });
  });

  it('delay: the answer comes, later', async () => {
    proxy.inject({ fault: { kind: 'delay', ms: 600 }, times: 1 });

    const began = performance.now();
    const { status } = await client.send('GET', CONFIG_MAPS);

    expect(status).to.equal(200);
    expect(performance.now() - began).to.be.greaterThan(590);
  });

  it('truncate: the answer ends in good order in the middle of its JSON', async () => {
    proxy.inject({ fault: { kind: 'truncate', afterBytes: 50 }, times: 1 });

    const answer = await client.send('GET', CONFIG_MAPS);

    expect([answer.status, answer.text.length]).to.eql([200, 50]);
    expect(() => answer.json()).to.throw(SyntaxError);
  });

  describe('strikes watches that are open', () => {
    for (const [fault, end, text] of [
      [{ kind: 'reset' }, 'ECONNRESET', ''],
      [{ kind: 'expire' }, 'ended', '{"type":"ERROR","object":{"kind":"Status"'],
      [{ kind: 'truncate', afterBytes: 0 }, 'ended', '{"type":"MODIFIED"'],
    ] as const) {
      it(`${fault.kind}: the watch is over (${end})`, async () => {
        const [stream, spared] = [open(WATCH), open('/api/v1/namespaces?watch=1')];
        await Promise.all([started(stream), started(spared)]);

        const struck = proxy.strike(fault, { verb: 'watch', resource: 'configmaps' });

        expect(struck).to.equal(1);
        expect(await over(stream)).to.equal(end);
        expect(stream.text.includes(text)).to.equal(true);
        expect(spared.end).to.equal('open');
      });
    }

    it('stall: the watch stays open and nothing comes through any more', async () => {
      const stream = open(WATCH);
      await started(stream);
      await change('before-the-stall');
      await eventually('an event', () => (stream.text.includes('before-the-stall') ? true : undefined));

      proxy.strike({ kind: 'stall' });
      await change('after-the-stall');
      const fresh = open(`${WATCH}&resourceVersion=0`);
      await eventually('the event elsewhere', () =>
        fresh.text.includes('after-the-stall') ? true : undefined,
      );

      expect([stream.end, stream.text.includes('after-the-stall')]).to.eql(['open', false]);
    });
  });

  it('down: refuses connections and breaks those there are, until it is up again on the same port', async () => {
    const stream = open(WATCH);
    await started(stream);

    await proxy.down();
    const [end, refused] = [await over(stream), await codeOf(client.send('GET', CONFIG_MAPS))];
    await proxy.up();
    const { status } = await client.send('GET', CONFIG_MAPS);

    expect([end, refused, status]).to.eql(['ECONNRESET', 'ECONNREFUSED', 200]);
  });
});
