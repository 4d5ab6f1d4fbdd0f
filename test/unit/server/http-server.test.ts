import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Answer } from '../../../src/server/answer.ts';
import { type HttpServer, startHttpServer } from '../../../src/server/http-server.ts';
import type { Route } from '../../../src/server/router.ts';
import { createLogger, silentLogger } from '../../../src/telemetry/logger.ts';

const answering = (path: string, body: Answer['body']): Route => ({
  method: 'GET',
  path,
  answer: () => ({ status: 200, body }),
});

async function* pieces(...texts: readonly (string | Error)[]): AsyncIterable<string> {
  for (const text of texts) {
    await Promise.resolve();
    if (text instanceof Error) throw text;
    yield text;
  }
}

describe('the HTTP server', () => {
  const running: HttpServer[] = [];
  let logged = '';

  async function start(routes: readonly Route[], stopGraceMs?: number): Promise<HttpServer> {
    const log = createLogger({ format: 'json', level: 'info', write: (line) => (logged += line) });
    const listen = { host: '127.0.0.1', port: 0 };
    const server = await startHttpServer({
      listen,
      routes,
      log,
      ...(stopGraceMs === undefined ? {} : { stopGraceMs }),
    });
    running.push(server);
    return server;
  }

  const urlOf = (server: HttpServer, path: string): string =>
    `http://127.0.0.1:${String(server.port)}${path}`;

  async function open(server: HttpServer, text: string): Promise<{ socket: Socket; all: Promise<string> }> {
    const socket = connect(server.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    const all = once(socket, 'close').then(() => Buffer.concat(chunks).toString());
    await once(socket, 'connect');
    socket.write(text);
    return { socket, all };
  }

  beforeEach(() => {
    logged = '';
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  it('listens on a free port and logs which', async () => {
    const server = await start([answering('/', 'here')]);

    expect(await (await fetch(urlOf(server, '/'))).text()).to.equal('here');
    expect(JSON.parse(logged)).to.include({
      info: 'listening',
      port: server.port,
      address: `127.0.0.1:${String(server.port)}`,
    });
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const server = await start([answering('/text', 'four'), answering('/pieces', pieces('a'))]);

    const text = await fetch(urlOf(server, '/text?query'), { method: 'HEAD' });
    const long = await fetch(urlOf(server, '/pieces'), { method: 'HEAD' });

    expect(text.headers.get('content-length')).to.equal('4');
    expect([text.status, await text.text()]).to.deep.equal([200, '']);
    expect([long.status, await long.text()]).to.deep.equal([200, '']);
  });

  it('answers 404 to an unknown path and 405 with what is allowed to another method', async () => {
    const server = await start([answering('/a', 'x'), { ...answering('/b', 'x'), method: 'POST' }]);

    const status = async (path: string, method: string): Promise<unknown> => {
      const answer = await fetch(urlOf(server, path), { method });
      await answer.text();
      return [answer.status, answer.headers.get('allow')];
    };

    expect(await status('/c', 'GET')).to.deep.equal([404, null]);
    expect(await status('/a', 'DELETE')).to.deep.equal([405, 'GET, HEAD']);
    expect(await status('/b', 'GET')).to.deep.equal([405, 'POST']);
    expect(await status('/b', 'HEAD')).to.deep.equal([405, 'POST']);
    expect(await status('/b', 'POST')).to.deep.equal([200, null]);
  });

  it('refuses a request target that is not a path', async () => {
    const server = await start([answering('/a', 'x')]);

    const { all } = await open(server, 'GET http://other/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');

    expect(await all).to.match(/^HTTP\/1\.1 400 /);
  });

  it('compresses a long body for a client that can read it, and only then', async () => {
    const server = await start([
      { method: 'GET', path: '/', answer: () => ({ status: 200, body: pieces('a', 'b') }) },
    ]);
    const get = async (accept: string): Promise<{ encoding: string | undefined; body: Buffer }> => {
      const asked = request(urlOf(server, '/'), { headers: { 'accept-encoding': accept } }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const chunks = (await answer.toArray()) as Buffer[];
      return { encoding: answer.headers['content-encoding'], body: Buffer.concat(chunks) };
    };

    for (const accept of ['gzip', 'deflate, GZIP;q=0.5', 'gzip, br']) {
      const { encoding, body } = await get(accept);
      expect(encoding, accept).to.equal('gzip');
      expect(gunzipSync(body).toString()).to.equal('ab');
    }
    for (const accept of ['identity', 'gzip;q=0', 'br, gzip; q=0.0, deflate', 'xgzip']) {
      const { encoding, body } = await get(accept);
      expect(encoding, accept).to.equal(undefined);
      expect(body.toString()).to.equal('ab');
    }
  });

  it('answers 500 without a word about the cause when a body fails at once, and logs the cause', async () => {
    const server = await start([answering('/', pieces(new Error('the cause')))]);

    const answer = await fetch(urlOf(server, '/'));

    expect([answer.status, await answer.text()]).to.deep.equal([500, 'internal error, see the log\n']);
    expect(logged).to.contain('the cause').and.not.contain('    at ');
  });

  it('breaks off, so that nobody takes half a body for all of it, when a body fails later', async () => {
    const server = await start([answering('/', pieces('half', new Error('the cause')))]);

    const failed = await fetch(urlOf(server, '/'))
      .then((answer) => answer.text())
      .catch((error: unknown) => error);

    expect(failed).to.be.instanceOf(Error);
    expect(logged).to.contain('the cause');
  });

  it('goes on when a client leaves in the middle of a body', async () => {
    const { promise: end, resolve: ended } = Promise.withResolvers<undefined>();
    async function* endless(): AsyncIterable<string> {
      try {
        for (;;) yield await Promise.resolve('x'.repeat(10_000));
      } finally {
        ended(undefined);
      }
    }
    const server = await start([answering('/endless', endless()), answering('/', 'still here')]);
    const { socket } = await open(server, 'GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');

    socket.destroy();
    await end;

    expect(await (await fetch(urlOf(server, '/'))).text()).to.equal('still here');
    expect(logged).not.to.contain('failed');
  });

  it('refuses headers without end', async () => {
    const server = await start([answering('/', 'x')]);

    const { all } = await open(server, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(10_000)}\r\n\r\n`);

    expect(await all).to.match(/^HTTP\/1\.1 431 /);
  });

  it('waits for a request that is under way when it stops, and takes no new one', async () => {
    const { promise: gate, resolve: release } = Promise.withResolvers<string>();
    async function* slow(): AsyncIterable<string> {
      yield 'first ';
      yield await gate;
    }
    const server = await start([answering('/', slow())]);
    const answer = await fetch(urlOf(server, '/'));

    const stopped = server.stop();
    const refused = await fetch(urlOf(server, '/')).catch((error: unknown) => error);
    release('last');

    expect(await answer.text()).to.equal('first last');
    expect(refused).to.be.instanceOf(Error);
    await stopped;
  });

  it('cuts off at the end of its grace what does not end by itself, and idle connections at once', async () => {
    const never = pieces('first');
    async function* hanging(): AsyncIterable<string> {
      yield* never;
      await new Promise(() => undefined);
    }
    const server = await start([answering('/', hanging()), answering('/idle', 'x')], 50);
    const agent = new Agent({ keepAlive: true });
    const idle = request(urlOf(server, '/idle'), { agent }).end();
    const [first] = (await once(idle, 'response')) as [IncomingMessage];
    await first.toArray();
    const answer = await fetch(urlOf(server, '/'));
    const cut = answer.text().catch((error: unknown) => error);

    const start_ = performance.now();
    await server.stop();

    expect(performance.now() - start_).to.be.within(40, 1_000);
    expect(await cut).to.be.instanceOf(Error);
    agent.destroy();
  });

  describe('answers a probe at once while somebody holds 300 connections', () => {
    async function* endless(): AsyncIterable<string> {
      for (;;) yield await Promise.resolve('x'.repeat(65_536));
    }
    const held: readonly (readonly [string, string])[] = [
      ['that say nothing', ''],
      ['that do not ask to the end', 'GET / HTTP/1.1\r\nHost: x\r\n'],
      ['that keep idling after an answer', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['that do not read what they asked for', 'GET /endless HTTP/1.1\r\nHost: x\r\n\r\n'],
    ];
    for (const [how, text] of held) {
      it(how, async () => {
        const never: Route = {
          method: 'GET',
          path: '/endless',
          answer: () => ({ status: 200, body: endless() }),
        };
        const server = await start([answering('/healthz', 'OK'), never], 50);
        const sockets: Socket[] = [];
        for (let n = 0; n < 300; n++) {
          const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
          sockets.push(socket.pause());
          await once(socket, 'connect');
          socket.write(text);
        }

        for (let n = 0; n < 3; n++) {
          const answer = await fetch(urlOf(server, '/healthz'), {
            headers: { connection: 'close' },
            signal: AbortSignal.timeout(1_000),
          });
          expect(await answer.text()).to.equal('OK');
        }

        for (const socket of sockets) socket.destroy();
        expect(logged).to.not.contain('a request failed');
      });
    }
  });

  it('lets a request go on that comes while others only hold connections', async () => {
    const half = Promise.withResolvers<undefined>();
    async function* slow(): AsyncIterable<string> {
      yield 'first ';
      await half.promise;
      yield 'second';
    }
    const server = await start([answering('/', slow())]);
    const answer = await fetch(urlOf(server, '/'));
    const sockets = Array.from({ length: 250 }, () => connect(server.port, '127.0.0.1'));
    await Promise.all(
      sockets.map((socket) =>
        once(
          socket.on('error', () => undefined),
          'connect',
        ),
      ),
    );

    half.resolve(undefined);

    expect(await answer.text()).to.equal('first second');
    for (const socket of sockets) socket.destroy();
  });

  it('says which address it cannot have, and what to do', async () => {
    const server = await start([]);
    const again = startHttpServer({
      listen: { host: '127.0.0.1', port: server.port },
      routes: [],
      log: silentLogger,
    });

    const error: unknown = await again.catch((caught: unknown) => caught);

    expect(String(error)).to.equal(
      `Error: cannot listen on 127.0.0.1:${String(server.port)}: another process listens there; ` +
        'choose another address with --listen',
    );
  });

  it('listens on every address without a host, and on IPv6', async () => {
    const all = await startHttpServer({
      listen: { port: 0 },
      routes: [answering('/', 'x')],
      log: silentLogger,
    });
    running.push(all);
    expect((await fetch(urlOf(all, '/'))).status).to.equal(200);

    const six = await startHttpServer({
      listen: { host: '::1', port: 0 },
      routes: [answering('/', 'x')],
      log: silentLogger,
    });
    running.push(six);
    expect((await fetch(`http://[::1]:${String(six.port)}/`)).status).to.equal(200);
  });
});
