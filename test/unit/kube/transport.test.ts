import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import { loadConnection } from '../../../src/kube/connection.ts';
import { ApiError, UnreachableError } from '../../../src/kube/errors.ts';
import type { ApiRequest } from '../../../src/kube/http/api-request.ts';
import { createTransport, type RequestSeen, type Transport } from '../../../src/kube/transport.ts';
import type { Clock } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { failureOf, never } from './support/fakes.ts';
import { reply, startServer, type Script, type ScriptedServer } from './support/scripted-server.ts';

const GET: ApiRequest = { verb: 'get', resource: 'pods', subject: 'web/a', path: '/api/v1/pods/a' };
const CREATE: ApiRequest = {
  verb: 'create',
  resource: 'pods',
  subject: 'web/a',
  path: '/api/v1/pods',
  body: { a: 1 },
};
const ok: Script = (response) => {
  reply(response, 200, { fine: true });
};

describe('the transport', () => {
  const cleanups: (() => void | Promise<void>)[] = [];
  let dir: string;
  let seen: RequestSeen[];
  let skippedMs: number;
  const clock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() + skippedMs };

  const serve = async (...args: Parameters<typeof startServer>): Promise<ScriptedServer> => {
    const server = await startServer(...args);
    cleanups.push(() => server.close());
    return server;
  };
  const open = (
    kubeconfig: object | string,
    more: { requestTimeoutMs?: number; env?: Record<string, string> } = {},
  ) => {
    const env = more.env ?? {};
    const connection =
      typeof kubeconfig === 'string'
        ? loadConnection({ master: kubeconfig, env, clock })
        : loadConnection({ kubeconfig: join(dir, 'config'), env, clock });
    const transport: Transport = createTransport(connection, {
      log: silentLogger,
      clock,
      random: () => 0.01,
      version: '1.2.3',
      requestTimeoutMs: more.requestTimeoutMs ?? 5_000,
      onRequest: (one) => seen.push(one),
    });
    cleanups.push(() => {
      transport.close();
    });
    return transport;
  };
  const openAs = async (
    url: string,
    cluster: object,
    user: object,
    more: Parameters<typeof open>[1] = {},
  ) => {
    const config = {
      clusters: [{ name: 'c', cluster: { server: url, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(join(dir, 'config'), JSON.stringify(config));
    return open(config, more);
  };

  beforeEach(async () => {
    seen = [];
    skippedMs = 0;
    dir = await mkdtemp(join(tmpdir(), 'hro-transport-'));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await rm(dir, { recursive: true });
  });

  it('sends who it is and as whom, and counts the request', async () => {
    const server = await serve(ok);
    const transport = await openAs(server.url, {}, { token: 's3cret', as: 'jane' });

    const body = await transport.request({ ...GET, query: { a: 'b c', nothing: undefined } }, never());

    expect(body).to.deep.equal({ fine: true });
    const [request] = server.received;
    expect(request?.url).to.equal('/api/v1/pods/a?a=b+c');
    expect(request?.headers).to.include({
      'user-agent': 'helm-release-operator/1.2.3',
      authorization: 'Bearer s3cret',
      'impersonate-user': 'jane',
      accept: 'application/json',
    });
    expect(seen.map(({ seconds, ...rest }) => ({ ...rest, quick: seconds < 5 }))).to.deep.equal([
      { verb: 'get', resource: 'pods', code: 200, quick: true },
    ]);
  });

  it('keeps below the path of a server that has one', async () => {
    const server = await serve(ok);

    await open(`${server.url}/k8s/clusters/c-1/`).request(GET, never());

    expect(server.received[0]?.url).to.equal('/k8s/clusters/c-1/api/v1/pods/a');
  });

  it('uses one connection again and again, and at most sixteen', async () => {
    const server = await serve(ok);
    const transport = open(server.url);

    for (let i = 0; i < 20; i += 1) await transport.request(GET, never());
    expect(server.connections).to.equal(1);

    await Promise.all(Array.from({ length: 200 }, () => transport.request(GET, never())));
    expect(server.connections).to.be.at.most(16);
  });

  it('says what was tried and why the server refused, in its words', async () => {
    const status = {
      kind: 'Status',
      code: 409,
      reason: 'Conflict',
      message: 'the object has been modified.',
      details: { name: 'a' },
    };
    const server = await serve((response) => {
      reply(response, 409, status);
    });

    const error = await failureOf(open(server.url).request(CREATE, never()));

    expect(error)
      .to.be.instanceOf(ApiError)
      .and.include({ status: 409, statusReason: 'Conflict', reason: 'Conflict', retry: 'backoff' });
    expect(error.message).to.equal('cannot create pods web/a: the object has been modified');
    expect(server.received).to.have.length(1);
  });

  it('does not show the page of a proxy that stands in between', async () => {
    const server = await serve((response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad gateway</html>');
    });

    const error = await failureOf(open(server.url).request(GET, never()));

    expect(error.message).to.equal('cannot get pods web/a: the API server answered 502');
  });

  it('waits as long as a busy server asks, and tries again', async () => {
    const server = await serve((response, _, nth) => {
      if (nth === 1) reply(response, 429, { kind: 'Status', code: 429 }, { 'retry-after': '1' });
      else ok(response, _, nth);
    });
    const startedAt = performance.now();

    await open(server.url).request(CREATE, never());

    expect(performance.now() - startedAt).to.be.within(990, 3_000);
    expect(seen.map(({ code }) => code)).to.deep.equal([429, 200]);
  });

  it('tells the caller when a busy server asks for a long time', async () => {
    const server = await serve((response) => {
      reply(response, 429, { kind: 'Status', code: 429, message: 'too many' }, { 'retry-after': '300' });
    });

    const error = await failureOf(open(server.url).request(GET, never()));

    expect(error).to.be.instanceOf(ApiError).and.include({ status: 429, retryAfterMs: 300_000 });
  });

  it('repeats a read whose connection broke, but no write', async () => {
    const server = await serve((response, request, nth) => {
      if (nth === 1 || request.method === 'POST') response.destroy();
      else ok(response, request, nth);
    });
    const transport = open(server.url);

    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    const error = await failureOf(transport.request(CREATE, never()));

    expect(error).to.be.instanceOf(UnreachableError);
    expect(error.message).to.match(
      /^cannot create pods web\/a: the API server at 127.0.0.1:\d+ broke the connection$/,
    );
    expect(server.received.map(({ method }) => method)).to.deep.equal(['GET', 'GET', 'POST']);
    expect(seen[0]?.code).to.equal(undefined);
  });

  it('repeats a read whose answer broke off in the middle', async () => {
    const server = await serve((response, request, nth) => {
      if (nth > 1) {
        ok(response, request, nth);
        return;
      }
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"fine":', () => response.destroy());
    });

    expect(await open(server.url).request(GET, never())).to.deep.equal({ fine: true });
  });

  it('repeats even a write if nobody listened', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.once('listening', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));

    const error = await failureOf(open(`http://127.0.0.1:${String(port)}`).request(CREATE, never()));

    expect(error.message).to.equal(
      `cannot create pods web/a: the API server at 127.0.0.1:${String(port)} cannot be reached`,
    );
    expect(seen).to.have.length(3);
  });

  it('gives up on a server that accepts and says nothing, and on one that stops in the middle', async () => {
    const server = await serve((response, request) => {
      if (request.url.endsWith('slow')) response.write('{');
    });
    const transport = open(server.url, { requestTimeoutMs: 60 });

    const silent = await failureOf(transport.request(GET, never()));
    const stopped = await failureOf(transport.request({ ...GET, path: '/slow' }, never()));

    expect(silent.message).to.contain('does not answer');
    expect(stopped.message).to.contain('does not answer');
    expect(server.received).to.have.length(2);
  });

  it('stops at once on abort, with the reason, and closes the connection', async () => {
    const asked = Promise.withResolvers<undefined>();
    const server = await serve(() => {
      asked.resolve(undefined);
    });
    const controller = new AbortController();
    const failed = failureOf(open(server.url).request(GET, controller.signal));
    await asked.promise;

    controller.abort(new Error('shutting down'));

    expect((await failed).message).to.equal('shutting down');
    await until(() => server.open === 0);
  });

  it('does not quote what is no JSON: it may be a secret', async () => {
    const server = await serve((response) => response.end('hunter2 is the password'));

    const error = await failureOf(open(server.url).request(GET, never()));

    expect(error.message).to.equal('cannot get pods web/a: what answered is not an API server');
    expect(error.cause).to.equal(undefined);
  });

  it('asks with a fresh token when the old one is refused, once', async () => {
    await writeFile(join(dir, 'token'), 'old');
    const server = await serve((response, request, nth) => {
      if (request.headers.authorization === 'Bearer new') ok(response, request, nth);
      else reply(response, 401, { kind: 'Status', code: 401, message: 'Unauthorized' });
    });
    const transport = await openAs(server.url, {}, { tokenFile: join(dir, 'token') });

    expect((await failureOf(transport.request(CREATE, never()))).message).to.contain('Unauthorized');
    expect(server.received).to.have.length(2);

    await writeFile(join(dir, 'token'), 'new');
    expect(await transport.request(CREATE, never())).to.deep.equal({ fine: true });
    expect(server.received).to.have.length(4);
  });

  it('notices a swapped token file before anybody refuses the old token', async () => {
    await writeFile(join(dir, 'token'), 'old');
    const server = await serve(ok);
    const transport = await openAs(server.url, {}, { tokenFile: join(dir, 'token') });
    await transport.request(GET, never());
    await writeFile(join(dir, 'token'), 'new');

    await transport.request(GET, never());
    skippedMs = 11_000;
    await transport.request(GET, never());
    await rm(join(dir, 'token')); // in the middle of the next swap
    skippedMs = 22_000;
    await transport.request(GET, never());

    expect(server.received.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer old',
      'Bearer old',
      'Bearer new',
      'Bearer new',
    ]);
  });

  it('runs a credential plugin once for all requests, and anew when its token is refused', async () => {
    const script = `n=$(cat ${dir}/runs 2>/dev/null || echo 0); n=$((n+1)); echo $n > ${dir}/runs; echo '{"status":{"token":"'token-$n'"}}'`;
    const server = await serve((response, request, nth) => {
      if (nth > 4 && request.headers.authorization === 'Bearer token-1')
        reply(response, 401, { kind: 'Status' });
      else ok(response, request, nth);
    });
    const transport = await openAs(server.url, {}, { exec: { command: 'sh', args: ['-c', script] } });

    await Promise.all([1, 2, 3, 4].map(() => transport.request(GET, never())));
    await transport.request(GET, never());

    const tokens = server.received.map(({ headers }) => headers.authorization?.slice(-1));
    expect(tokens.join('')).to.equal('111112');
  });

  it('says which credential plugin failed, and why', async () => {
    const server = await serve(ok);
    const transport = await openAs(
      server.url,
      {},
      { exec: { command: 'sh', args: ['-c', 'echo no login >&2; exit 1'] } },
    );

    const error = await failureOf(transport.request(GET, never()));

    expect(error.message).to.equal(
      'the credential command "sh" of the kubeconfig gave no credentials: no login',
    );
  });

  describe('over TLS', () => {
    const authority = createAuthority('first');
    const identity = (by = authority) => by.issue({ commonName: 'api', hosts: ['127.0.0.1'] });
    const pem64 = (pem: string): string => Buffer.from(pem).toString('base64');

    it('trusts the given authority and shows its own certificate', async () => {
      const me = authority.issue({ commonName: 'jane' });
      const server = await serve(ok, { identity: identity(), clientAuthority: authority });
      const transport = await openAs(
        server.url,
        { 'certificate-authority-data': pem64(authority.certificatePem) },
        { 'client-certificate-data': pem64(me.certificatePem), 'client-key-data': pem64(me.keyPem) },
      );

      expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    });

    it('does not talk to a server that it cannot trust', async () => {
      const server = await serve(ok, { identity: identity(createAuthority('stranger')) });
      const transport = await openAs(
        server.url,
        { 'certificate-authority-data': pem64(authority.certificatePem) },
        {},
      );

      const error = await failureOf(transport.request(GET, never()));

      expect(error).to.be.instanceOf(UnreachableError);
      expect(error.message).to.contain('cannot be reached');
      expect((error.cause as Error).message).to.match(/certificate|signature/i);
      expect(server.received).to.deep.equal([]);
    });

    it('follows the authority when it is replaced, without a restart', async () => {
      const next = createAuthority('next');
      await writeFile(join(dir, 'ca.crt'), authority.certificatePem);
      const server = await serve(ok, { identity: identity() });
      const transport = await openAs(server.url, { 'certificate-authority': 'ca.crt' }, {});
      await transport.request(GET, never());

      server.present(identity(next));
      await writeFile(join(dir, 'ca.crt'), next.certificatePem);
      skippedMs = 11_000;
      await transport.request(CREATE, never());
      await until(() => server.open === 1);

      expect(server.connections).to.equal(2);
    });

    it('looks at the authority again at once when the server can no longer be trusted', async () => {
      const next = createAuthority('next');
      await writeFile(join(dir, 'ca.crt'), authority.certificatePem);
      const server = await serve(ok, { identity: identity(next) });
      const transport = await openAs(server.url, { 'certificate-authority': 'ca.crt' }, {});
      await failureOf(transport.request(CREATE, never()));

      await writeFile(join(dir, 'ca.crt'), next.certificatePem);

      expect(await transport.request(CREATE, never())).to.deep.equal({ fine: true });
    });

    it('expects the name that the kubeconfig gives the server', async () => {
      const server = await serve(ok, {
        identity: authority.issue({ commonName: 'api', hosts: ['api.internal'] }),
      });
      const cluster = { 'certificate-authority-data': pem64(authority.certificatePem) };

      await failureOf((await openAs(server.url, cluster, {})).request(GET, never()));
      const transport = await openAs(server.url, { ...cluster, 'tls-server-name': 'api.internal' }, {});

      expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    });

    it('goes through the proxy of the kubeconfig', async () => {
      const server = await serve(ok, { identity: identity() });
      const tunnels: string[] = [];
      const proxy = await startTunnel(tunnels);
      cleanups.push(proxy.close);
      const transport = await openAs(
        server.url,
        { 'certificate-authority-data': pem64(authority.certificatePem), 'proxy-url': proxy.url },
        {},
      );

      expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
      expect(tunnels).to.deep.equal([new URL(server.url).host]);
    });
  });

  describe('streams', () => {
    const WATCH: ApiRequest = {
      verb: 'watch',
      resource: 'pods',
      path: '/api/v1/pods',
      query: { watch: 'true' },
    };
    const collect = (idleMs = 5_000) => {
      const heard: string[] = [];
      return {
        heard,
        sink: {
          idleMs: () => idleMs,
          onOpen: () => heard.push('open'),
          onChunk: (chunk: Buffer) => heard.push(chunk.toString()),
        },
      };
    };

    it('hands on each piece when it comes, and ends with the server', async () => {
      const server = await serve((response) => {
        response.write('one');
        setTimeout(() => response.end('two'), 30);
      });
      const { heard, sink } = collect();

      await open(server.url).stream(WATCH, sink, never());

      expect(heard).to.deep.equal(['open', 'one', 'two']);
      expect(seen.map(({ verb, code }) => [verb, code])).to.deep.equal([['watch', 200]]);
    });

    it('repeats the opening, but never what was begun', async () => {
      const server = await serve((response, _, nth) => {
        if (nth === 1) reply(response, 429, { kind: 'Status', code: 429 });
        else response.write('one', () => response.destroy());
      });
      const { heard, sink } = collect();

      const error = await failureOf(open(server.url).stream(WATCH, sink, never()));

      expect(error).to.be.instanceOf(UnreachableError);
      expect(heard).to.deep.equal(['open', 'one']);
      expect(server.received).to.have.length(2);
    });

    it('gives up a connection that has gone silent', async () => {
      const server = await serve((response) => response.write('one'));
      const { sink } = collect(80);

      const error = await failureOf(open(server.url).stream(WATCH, sink, never()));

      expect(error.message).to.contain('does not answer');
      await until(() => server.open === 0);
    });

    it('does not count among the sixteen requests', async () => {
      const server = await serve((response, request, nth) => {
        if (request.url.includes('watch')) response.write('one');
        else ok(response, request, nth);
      });
      const transport = open(server.url);
      const stop = new AbortController();
      const watches = Array.from({ length: 40 }, () =>
        failureOf(transport.stream(WATCH, collect().sink, stop.signal)),
      );

      expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
      stop.abort(new Error('enough'));

      expect(new Set((await Promise.all(watches)).map(({ message }) => message))).to.deep.equal(
        new Set(['enough']),
      );
    });

    it('ends with the error of whoever takes the pieces', async () => {
      const server = await serve((response) => response.write('one'));
      const { sink } = collect();

      const error = await failureOf(
        open(server.url).stream(
          WATCH,
          {
            ...sink,
            onChunk: () => {
              throw new Error('cannot digest');
            },
          },
          never(),
        ),
      );

      expect(error.message).to.equal('cannot digest');
      await until(() => server.open === 0);
    });
  });

  it('leaves no connection behind after close', async () => {
    const server = await serve(ok);
    const transport = open(server.url);
    await Promise.all([1, 2, 3].map(() => transport.request(GET, never())));

    transport.close();

    await until(() => server.open === 0);
  });
});

/** The other end of a socket closes in its own time. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come about within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function startTunnel(tunnels: string[]): Promise<{ url: string; close: () => Promise<void> }> {
  const { createServer: createHttp } = await import('node:http');
  const { connect } = await import('node:net');
  const server = createHttp();
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
