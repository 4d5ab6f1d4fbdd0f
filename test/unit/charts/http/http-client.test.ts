import { access, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import { createGate } from '../../../../src/process/gate.ts';
import { createAddressCheck } from '../../../../src/net/addresses.ts';
import { createHostLookup } from '../../../../src/net/lookup.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';
import { createConnections } from '../../../../src/charts/http/connections.ts';
import { createHttpClient, type HttpClient } from '../../../../src/charts/http/http-client.ts';
import { type Certificates, createCertificates } from '../../../support/certificates.ts';
import { sha256 } from '../../../support/chart-archive.ts';
import { type ChartRepository, startChartRepository } from '../../../support/chart-repository.ts';
import { eventually } from '../../../support/eventually.ts';

interface Settings {
  readonly deny?: readonly string[];
  readonly ca?: readonly string[];
  readonly proxyEnv?: Readonly<Record<string, string>>;
  readonly connectMs?: number;
  readonly idleMs?: number;
  readonly totalMs?: number;
  readonly maxIncomingBytes?: number;
}

describe('createHttpClient', () => {
  const open: { close(): void }[] = [];
  let dir: string;
  let certificates: Certificates;
  let server: ChartRepository;

  const client = ({ deny = [], ca = [], proxyEnv = {}, ...limits }: Settings = {}): HttpClient => {
    const connections = createConnections({
      ...{ lookup: createHostLookup({ clock: systemClock }), check: createAddressCheck(deny), proxyEnv, ca },
    });
    const made = createHttpClient({
      connections,
      gate: createGate({ perHost: 4, total: 32, slowAfterMs: 5_000 }),
      ...limits,
    });
    open.push(made);
    return made;
  };
  const request = (path: string, base = server.url) => ({
    url: new URL(base + path),
    maxBytes: 1e6,
    signal: AbortSignal.timeout(5_000),
  });
  const messageOf = async (work: Promise<unknown>): Promise<string> => {
    const caught: unknown = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(caught).to.be.instanceOf(ChartUnavailableError);
    return (caught as Error).message;
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'http-client-'));
    certificates = await createCertificates(dir);
  });
  beforeEach(async () => {
    server = await startChartRepository();
  });
  afterEach(async () => {
    for (const made of open.splice(0)) made.close();
    await server[Symbol.asyncDispose]();
  });
  after(async () => {
    await rm(dir, { recursive: true });
  });

  it('reads a body, and one that the server packs', async () => {
    server.put('/plain', 'hello');
    server.answer('/packed', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'));
    });

    const made = client();
    expect((await made.read(request('/plain'))).body.toString()).to.equal('hello');
    expect((await made.read(request('/packed'))).body.toString()).to.equal('hello');
    expect(made.receivedBytes()).to.equal(10);
  });

  it('gives back a refusal with its status instead of throwing', async () => {
    expect((await client().read(request('/missing'))).status).to.equal(404);
  });

  it('saves a body with its digest, byte by byte even if the server calls it packed', async () => {
    const bytes = gzipSync('a tar');
    server.answer('/chart.tgz', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
    });
    const file = join(dir, 'saved.tgz');

    const { saved } = await client().download(request('/chart.tgz'), file);

    expect(saved).to.deep.equal({ bytes: bytes.length, sha256: sha256(bytes) });
    expect(await readFile(file)).to.deep.equal(bytes);
  });

  it('takes no more disk for all downloads under way than it may, and leaves small ones alone', async () => {
    const held = Promise.withResolvers<undefined>();
    server.answer('/held', (_, response) => {
      response.writeHead(200).write(Buffer.alloc(900_000), () => {
        held.resolve(undefined);
      });
    });
    server.put('/large', Buffer.alloc(900_000));
    server.put('/small', 'small');
    const made = client({ maxIncomingBytes: 1_000_000 });
    const get = (path: string, name: string, signal = request(path).signal): Promise<unknown> =>
      made.download({ ...request(path), signal }, join(dir, name));
    await get('/small', 'first');
    await get('/small', 'again');
    const stop = new AbortController();
    const holding = get('/held', 'held', stop.signal).catch((caught: unknown) => caught);
    await held.promise;
    await eventually(async () => {
      expect((await stat(join(dir, 'held'))).size).to.equal(900_000);
    });

    expect(await messageOf(get('/large', 'large'))).to.match(/large has to be downloaded later: too much/);
    await get('/small', 'small');
    stop.abort(new Error('enough'));
    await holding;
    await get('/large', 'large');
    expect(await readdir(dir)).not.to.include('held');
  });

  it('refuses a body that is announced as too large, and one that has no end, leaving no file', async () => {
    server.put('/large', Buffer.alloc(2_000_000));
    server.answer('/endless', (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) /* until it is full */ ;
      };
      response.writeHead(200).on('drain', more);
      more();
    });
    server.answer('/bomb', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
    });

    const before = await readdir(dir);
    for (const path of ['/large', '/endless', '/bomb']) {
      expect(await messageOf(client().read(request(path)))).to.equal(
        `${server.url}${path} sends more than 1 MB, which is the limit`,
      );
    }
    await messageOf(client().download(request('/endless'), join(dir, 'endless')));
    expect(await readdir(dir)).to.deep.equal(before);
  });

  it('gives up on silence, before the answer and within it', async () => {
    server.answer('/silent', () => undefined);
    server.answer('/stops', (_, response) => void response.writeHead(200).write('some'));

    for (const path of ['/silent', '/stops']) {
      expect(await messageOf(client({ idleMs: 50 }).read(request(path)))).to.equal(
        `${server.url}${path} was silent for 0.05 s: check that the server works`,
      );
    }
  });

  it('gives up on a server that dribbles for ever', async () => {
    server.answer('/dribble', (_, response) => {
      const timer = setInterval(() => response.write('.'), 5);
      response.on('close', () => {
        clearInterval(timer);
      });
    });

    expect(await messageOf(client({ totalMs: 80 }).read(request('/dribble')))).to.equal(
      `${server.url}/dribble did not finish within 0.08 s`,
    );
  });

  it('gives up on a server that accepts connections but not TLS', async () => {
    await using mute = await listening(createServer());

    expect(
      await messageOf(client({ connectMs: 50 }).read(request('/', `https://127.0.0.1:${mute.port}`))),
    ).to.equal(
      `https://127.0.0.1:${mute.port}/ could not be reached within 0.05 s: check host and port, and that the network lets the operator out`,
    );
  });

  it('ends at once when its caller aborts, with the reason of the caller', async () => {
    const stop = new AbortController();
    server.answer('/silent', () => {
      stop.abort(new Error('stopping'));
    });

    const reading = client().read({ ...request('/silent'), signal: stop.signal });

    const caught: unknown = await reading.catch((error: unknown) => error);
    expect(caught).to.have.property('message', 'stopping');
  });

  it('follows a redirect on the same host with the credentials', async () => {
    server.put('/new', 'found');
    server.answer('/old', (_, response) => response.writeHead(301, { location: '/new' }).end());
    const authorization = { host: new URL(server.url), header: 'Basic abc' };

    const { body } = await client().read({ ...request('/old'), authorization });

    expect(body.toString()).to.equal('found');
    expect(server.requests.map((seen) => seen.authorization)).to.deep.equal(['Basic abc', 'Basic abc']);
  });

  it('asks no other host on behalf of a redirect, and tells where it led', async () => {
    await using other = await startChartRepository();
    server.answer('/old', (_, response) =>
      response.writeHead(302, { location: `${other.url}/x?token=s3cret` }).end(),
    );

    expect(await messageOf(client().read(request('/old')))).to.equal(
      `${server.url}/old redirects to ${other.url}/x, which is another host: use that address in the spec if it is right`,
    );
    expect(other.requests).to.have.length(0);
  });

  it('fetches known content from another host by https, without the credentials', async () => {
    await using storage = await startChartRepository({ tls: certificates });
    storage.put('/blob', 'bytes');
    server.answer('/blob', (_, response) =>
      response.writeHead(307, { location: `${storage.url}/blob` }).end(),
    );
    const authorization = { host: new URL(server.url), header: 'Basic abc' };

    const { body } = await client({ ca: [certificates.ca] }).read({
      ...request('/blob'),
      authorization,
      elsewhere: true,
    });

    expect(body.toString()).to.equal('bytes');
    expect(storage.requests.map((seen) => seen.authorization)).to.deep.equal([undefined]);
  });

  it('takes no challenge of another host for one of the host that was asked', async () => {
    await using storage = await startChartRepository({ tls: certificates });
    const challenge = { 'www-authenticate': 'Bearer realm="https://thief.example/token"' };
    storage.answer('/blob', (_, response) => response.writeHead(401, challenge).end());
    server.answer('/blob', (_, response) =>
      response.writeHead(307, { location: `${storage.url}/blob` }).end(),
    );
    server.answer('/own', (_, response) => response.writeHead(401, challenge).end());
    const http = client({ ca: [certificates.ca] });

    const elsewhere = await http.read({ ...request('/blob'), elsewhere: true });
    const own = await http.read(request('/own'));

    expect([elsewhere.status, elsewhere.headers['www-authenticate']]).to.deep.equal([401, undefined]);
    expect(own.headers['www-authenticate']).to.equal(challenge['www-authenticate']);
  });

  it('does not go round in circles', async () => {
    server.answer('/a', (_, response) => response.writeHead(302, { location: '/a' }).end());

    expect(await messageOf(client().read(request('/a')))).to.equal(
      `${server.url}/a redirects more than 5 times`,
    );
    expect(server.count('/a')).to.equal(6);
  });

  it('sends credentials to their own host only, and never in the clear if they were given for https', async () => {
    server.put('/x', '');
    const made = client();

    for (const host of [
      'https://127.0.0.1',
      'https://other.example.com',
      server.url.replace('http:', 'https:'),
    ]) {
      await made.read({ ...request('/x'), authorization: { host: new URL(host), header: 'Basic abc' } });
    }

    expect(server.requests.map((seen) => seen.authorization)).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('trusts a CA that it was given and no other', async () => {
    await using secure = await startChartRepository({ tls: certificates });
    secure.put('/x', 'secret');

    expect(
      (await client({ ca: [certificates.ca] }).read(request('/x', secure.url))).body.toString(),
    ).to.equal('secret');
    expect(await messageOf(client().read(request('/x', secure.url)))).to.match(
      /^https:\/\/127\.0\.0\.1:\d+\/x has a certificate that is not trusted: its CA is not among those trusted here/,
    );
  });

  it('names what is wrong with the host', async () => {
    const closed = await listening(createServer());
    await closed[Symbol.asyncDispose]();
    const port = closed.port;

    expect(await messageOf(client().read(request('/', `http://127.0.0.1:${port}`)))).to.equal(
      `http://127.0.0.1:${port}/ refused the connection: is it running, and is the port right?`,
    );
    expect(await messageOf(client().read(request('/', 'http://nowhere.invalid')))).to.match(
      /^http:\/\/nowhere\.invalid\/ is on a host (that DNS does not know|whose name could not be resolved)/,
    );
    expect(await messageOf(client().read(request('/', server.url.replace('http:', 'https:'))))).to.match(
      /does not speak TLS as expected: is it plain http\?$/,
    );
  });

  it('refuses addresses written into the URL in any spelling, and those a name resolves to', async () => {
    const port = new URL(server.url).port;
    const deny = ['127.0.0.0/8', '::1'];

    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost', '[::1]']) {
      expect(await messageOf(client({ deny }).read(request('/', `http://${host}:${port}`))), host).to.match(
        /is not asked: .*(127\.0\.0\.1|::ffff:7f00:1|::1).* is in a range that this operator must not reach/,
      );
    }
    expect(await messageOf(client().read(request('/', 'http://169.254.169.254')))).to.match(
      /is not asked: 169\.254\.169\.254 is a link-local or metadata address/,
    );
    expect(server.requests).to.have.length(0);
  });

  it('goes through the proxy that it was given, except for excluded hosts', async () => {
    server.put('http://charts.invalid/index.yaml', 'through the proxy');
    const made = client({ proxyEnv: { HTTP_PROXY: server.url, NO_PROXY: '.excluded.invalid' } });

    const { body } = await made.read(request('', 'http://charts.invalid/index.yaml'));
    await messageOf(made.read(request('', 'http://charts.excluded.invalid/index.yaml')));

    expect(body.toString()).to.equal('through the proxy');
    expect(server.requests.map(({ url }) => url)).to.deep.equal(['http://charts.invalid/index.yaml']);
  });

  it('speaks TLS with the host through the proxy, which cannot pass for it', async () => {
    await using secure = await startChartRepository({ tls: certificates });
    await using proxy = await startTunnel(new URL(secure.url).port);
    const made = client({ ca: [certificates.ca], proxyEnv: { HTTPS_PROXY: proxy.url } });

    expect(await messageOf(made.read(request('', 'https://charts.invalid/index.yaml')))).to.equal(
      'https://charts.invalid/index.yaml has a certificate that is not trusted: it was issued for another host name',
    );
    expect(proxy.wanted).to.deep.equal(['charts.invalid:443']);
    expect(secure.requests).to.have.length(0);
  });

  it('asks one host at most four times at once', async () => {
    let inside = 0;
    let most = 0;
    server.answer('/x', (_, response) => {
      most = Math.max(most, (inside += 1));
      setTimeout(() => {
        inside -= 1;
        response.end();
      }, 5);
    });
    const made = client();

    await Promise.all(Array.from({ length: 20 }, () => made.read(request('/x'))));

    expect(most).to.equal(4);
  });

  it('sends a request again when the server had closed the kept connection', async () => {
    server.answer('/x', (message, response) => {
      response.end('once');
      response.on('finish', () => setImmediate(() => message.socket.destroy()));
    });
    const made = client();

    for (let round = 0; round < 5; round += 1) {
      expect((await made.read(request('/x'))).body.toString()).to.equal('once');
    }
  });

  it('leaves no file when a download is refused', async () => {
    const file = join(dir, 'refused');

    expect((await client().download(request('/missing'), file)).saved).to.equal(undefined);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    expect(found).to.equal(false);
  });
});

async function listening(server: Server): Promise<AsyncDisposable & { readonly port: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  return {
    port: String(typeof address === 'object' && address !== null ? address.port : 0),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A proxy whose every tunnel ends at the same port. */
async function startTunnel(port: string): Promise<AsyncDisposable & { url: string; wanted: string[] }> {
  const wanted: string[] = [];
  const server = createHttpServer();
  const sockets = new Set<Duplex>();
  server.on('connect', (request, socket: Duplex) => {
    wanted.push(request.url ?? '');
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(bound)}`,
    wanted,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
