import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { startHookServer } from '../../../src/server/hooks/hook-server.ts';
import type { Push } from '../../../src/server/hooks/push.ts';
import type { HttpServer } from '../../../src/server/http-server.ts';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const KEY = Buffer.from('a key of the tests, and of nothing else');
const TOKEN = 'a-token.of-the~tests_and-of-nothing-else';
const PUSHED = readFileSync(
  fileURLToPath(new URL('../../fixtures/webhooks/github/push.json', import.meta.url)),
);
const signed = (body: Buffer): Record<string, string> => ({
  'x-github-event': 'push',
  'x-hub-signature-256': `sha256=${createHmac('sha256', KEY).update(body).digest('hex')}`,
});

describe('the server for webhooks', () => {
  let server: HttpServer;
  let pushes: Push[];
  let results: string[];
  let logged: string;
  let fail: boolean;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    pushes = [];
    results = [];
    logged = '';
    fail = false;
    server = await startHookServer({
      listen: { host: '127.0.0.1', port: 0 },
      receivers: () =>
        new Map([
          ['git', { type: 'github', key: KEY }],
          ['quay', { type: 'quay', key: Buffer.from(TOKEN) }],
        ]),
      refresh: (push) => {
        if (fail) throw new Error('not now');
        pushes.push(push);
      },
      clock: systemClock,
      random: systemRandom,
      log: createLogger({ format: 'json', level: 'debug', write: (line) => (logged += line) }),
      onEnd: ({ result }) => results.push(result),
      readTimeoutMs: 500,
      stopGraceMs: 100,
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.stop();
  });

  const urlOf = (path: string): string => `http://127.0.0.1:${String(server.port)}${path}`;
  const push = (body: Buffer = PUSHED, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(urlOf('/hook/git'), { method: 'POST', body, headers: { ...signed(body), ...headers } });

  /** Says something and gives all that comes back before the end. */
  async function say(text: string): Promise<{ socket: Socket; all: Promise<string> }> {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    const all = new Promise<string>((resolve) => {
      socket.once('close', () => {
        resolve(Buffer.concat(chunks).toString());
      });
    });
    await once(socket, 'connect');
    socket.write(text);
    return { socket, all };
  }

  it('takes a push', async () => {
    const answer = await push();

    expect([answer.status, await answer.text()]).to.deep.equal([202, 'accepted\n']);
    expect(pushes).to.have.length(1);
  });

  it('says the same in the same form for a name that is not there', async () => {
    const shown = async (path: string): Promise<unknown> => {
      const answer = await fetch(urlOf(path), { method: 'POST', body: PUSHED });
      const headers = [...answer.headers].filter(([name]) => name !== 'date');
      return { status: answer.status, headers, body: await answer.text() };
    };

    expect(await shown('/hook/git')).to.deep.equal(await shown('/hook/nobody'));
    expect(await shown(`/hook/quay/${TOKEN}x`)).to.deep.equal(await shown(`/hook/nobody/${TOKEN}`));
  });

  it('refuses a packed body without reading it', async () => {
    const packed = gzipSync(Buffer.alloc(50_000_000));

    const answer = await push(packed, { 'content-encoding': 'gzip' });

    expect(answer.status).to.equal(415);
    expect(pushes).to.deep.equal([]);
  });

  for (const [how, header] of [
    ['that says so', 'Content-Length: 104857600'],
    ['in pieces', 'Transfer-Encoding: chunked'],
  ] as const) {
    it(`reads little of a body of 100 MB ${how}`, async () => {
      const before = process.memoryUsage().rss;
      const { socket, all } = await say(`POST /hook/git HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
      const piece = Buffer.alloc(65_536, 'x');
      const framed = header.startsWith('T')
        ? Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')])
        : piece;
      const ended = all.then(() => undefined);
      let sent = 0;
      while (sent < 104_857_600 && socket.writable) {
        const drained = Promise.withResolvers<undefined>();
        if (socket.write(framed)) drained.resolve(undefined);
        else
          socket.once('drain', () => {
            drained.resolve(undefined);
          });
        await Promise.race([drained.promise, ended]);
        sent += piece.length;
      }

      const answered = await all;

      expect(results).to.deep.equal(['too-large']);
      // Whoever goes on writing may lose the answer with the connection.
      if (answered !== '') expect(answered).to.match(/^HTTP\/1\.1 413 /);
      expect(sent).to.be.lessThan(50_000_000);
      expect(process.memoryUsage().rss - before).to.be.lessThan(100_000_000);
      expect((await push()).status).to.equal(202);
    });
  }

  it('ends with half a body when its time is over', async () => {
    const { all } = await say('POST /hook/git HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');

    expect(await all).to.match(/^HTTP\/1\.1 408 /);
    expect(results).to.deep.equal(['too-slow']);
  });

  it('ends with half a head when its time is over', async function () {
    this.timeout(15_000);
    const { all } = await say('POST /hook/git HTTP/1.1\r\nHost: x\r\nX-Half: ');

    expect(await all).to.match(/^HTTP\/1\.1 408 /);
    expect(results).to.deep.equal([]);
  });

  it('goes on when a sender leaves in the middle', async () => {
    const { socket } = await say('POST /hook/git HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();

    expect((await push()).status).to.equal(202);
    expect(results).to.include('gone');
    expect(logged).to.not.contain('a request failed');
  });

  it('refuses a head without end', async () => {
    const { all } = await say(`POST /hook/git HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(10_000)}\r\n\r\n`);

    expect(await all).to.match(/^HTTP\/1\.1 431 /);
  });

  it('takes a push while 300 connections hold half a body each', async () => {
    for (let at = 0; at < 300; at += 1)
      await say('POST /hook/git HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
    // These are from one address, which has had its share for now.
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect((await push()).status).to.equal(202);
  });

  it('turns away a flood, in which nothing gets through that is not proved', async () => {
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let at = 0; at < 20; at += 1) {
          const answer = await fetch(urlOf('/hook/git'), {
            method: 'POST',
            body: PUSHED,
            headers: { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
          });
          await answer.text();
          statuses.push(answer.status);
        }
      }),
    );

    expect(new Set(statuses)).to.deep.equal(new Set([401, 429]));
    expect(statuses.filter((status) => status === 429).length).to.be.greaterThan(100);
    expect(pushes).to.deep.equal([]);
    expect(logged.split('"a webhook was refused"').length - 1).to.be.lessThan(40);
  });

  it('shows no token when something fails', async () => {
    fail = true;
    const answer = await fetch(urlOf(`/hook/quay/${TOKEN}`), {
      method: 'POST',
      body: '{"docker_url":"quay.example.com/a/b","updated_tags":["1"]}',
    });

    expect([answer.status, await answer.text()]).to.deep.equal([500, 'internal error, see the log\n']);
    expect(logged).to.contain('"path":"/hook/quay/…"').and.not.contain(TOKEN);
  });

  it('says which flag to change when it cannot have its address', async () => {
    const again = startHookServer({
      listen: { host: '127.0.0.1', port: server.port },
      receivers: () => new Map(),
      refresh: () => undefined,
      clock: systemClock,
      random: systemRandom,
      log: createLogger({ format: 'json', level: 'error', write: () => undefined }),
    });

    expect(String(await again.catch((error: unknown) => error))).to.contain('with --webhook-listen');
  });
});
