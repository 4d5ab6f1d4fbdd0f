import { expect } from 'chai';
import { createServer, type AddressInfo } from 'node:net';
import { ApiError, UnreachableError } from '../../../src/kube/errors.ts';
import { failureOf, never } from './support/fakes.ts';
import { reply } from './support/scripted-server.ts';
import { CREATE, GET, ok, until, useTransportBench } from './support/transport-bench.ts';

describe('the transport', () => {
  const bench = useTransportBench();

  it('sends who it is and as whom, and counts the request', async () => {
    const server = await bench.serve(ok);
    const transport = await bench.openAs(server.url, {}, { token: 's3cret', as: 'jane' });

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
    expect(bench.seen.map(({ seconds, ...rest }) => ({ ...rest, quick: seconds < 5 }))).to.deep.equal([
      { verb: 'get', resource: 'pods', code: 200, quick: true },
    ]);
  });

  it('keeps below the path of a server that has one', async () => {
    const server = await bench.serve(ok);

    await bench.open(`${server.url}/k8s/clusters/c-1/`).request(GET, never());

    expect(server.received[0]?.url).to.equal('/k8s/clusters/c-1/api/v1/pods/a');
  });

  it('uses one connection again and again, and at most sixteen', async () => {
    const server = await bench.serve(ok);
    const transport = bench.open(server.url);

    for (let i = 0; i < 20; i += 1) await transport.request(GET, never());
    expect(server.connections).to.equal(1);

    await Promise.all(Array.from({ length: 200 }, () => transport.request(GET, never())));
    expect(server.connections).to.be.at.most(16);
  });

  it('writes in one namespace and reads while nothing that is written in another is answered', async () => {
    const server = await bench.serve((response, request, nth) => {
      if (!request.url.includes('hanging')) ok(response, request, nth);
    });
    const transport = bench.open(server.url);
    const createIn = (namespace: string): Promise<unknown> =>
      transport.request(
        { ...CREATE, namespace, path: `/api/v1/namespaces/${namespace}/pods` },
        leaving.signal,
      );
    const leaving = new AbortController();
    const hanging = Array.from({ length: 100 }, () => failureOf(createIn('hanging')));
    await until(() => server.received.length > 0);

    for (let at = 0; at < 20; at += 1) await Promise.all([createIn('shop'), transport.request(GET, never())]);

    expect(server.received.filter(({ url }) => url.includes('hanging')).length).to.be.below(5);
    leaving.abort(new Error('over'));
    await Promise.all(hanging);
  });

  it('says what was tried and why the server refused, in its words', async () => {
    const status = {
      kind: 'Status',
      code: 409,
      reason: 'Conflict',
      message: 'the object has been modified.',
      details: { name: 'a' },
    };
    const server = await bench.serve((response) => {
      reply(response, 409, status);
    });

    const error = await failureOf(bench.open(server.url).request(CREATE, never()));

    expect(error)
      .to.be.instanceOf(ApiError)
      .and.include({ status: 409, statusReason: 'Conflict', reason: 'Conflict', retry: 'backoff' });
    expect(error.message).to.equal('cannot create pods web/a: the object has been modified');
    expect(server.received).to.have.length(1);
  });

  it('does not show the page of a proxy that stands in between', async () => {
    const server = await bench.serve((response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad gateway</html>');
    });

    const error = await failureOf(bench.open(server.url).request(GET, never()));

    expect(error.message).to.equal('cannot get pods web/a: the API server answered 502');
  });

  it('waits as long as a busy server asks, and tries again', async () => {
    const server = await bench.serve((response, _, nth) => {
      if (nth === 1) reply(response, 429, { kind: 'Status', code: 429 }, { 'retry-after': '1' });
      else ok(response, _, nth);
    });
    const startedAt = performance.now();

    await bench.open(server.url).request(CREATE, never());

    expect(performance.now() - startedAt).to.be.within(990, 3_000);
    expect(bench.seen.map(({ code }) => code)).to.deep.equal([429, 200]);
  });

  it('tells the caller when a busy server asks for a long time', async () => {
    const server = await bench.serve((response) => {
      reply(response, 429, { kind: 'Status', code: 429, message: 'too many' }, { 'retry-after': '300' });
    });

    const error = await failureOf(bench.open(server.url).request(GET, never()));

    expect(error).to.be.instanceOf(ApiError).and.include({ status: 429, retryAfterMs: 300_000 });
  });

  it('repeats a read whose connection broke, but no write', async () => {
    const server = await bench.serve((response, request, nth) => {
      if (nth === 1 || request.method === 'POST') response.destroy();
      else ok(response, request, nth);
    });
    const transport = bench.open(server.url);

    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    const error = await failureOf(transport.request(CREATE, never()));

    expect(error).to.be.instanceOf(UnreachableError);
    expect(error.message).to.match(
      /^cannot create pods web\/a: the API server at 127.0.0.1:\d+ broke the connection$/,
    );
    expect(server.received.map(({ method }) => method)).to.deep.equal(['GET', 'GET', 'POST']);
    expect(bench.seen[0]?.code).to.equal(undefined);
  });

  it('repeats a read whose answer broke off in the middle', async () => {
    const server = await bench.serve((response, request, nth) => {
      if (nth > 1) {
        ok(response, request, nth);
        return;
      }
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"fine":', () => response.destroy());
    });

    expect(await bench.open(server.url).request(GET, never())).to.deep.equal({ fine: true });
  });

  it('repeats even a write if nobody listened', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.once('listening', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));

    const error = await failureOf(bench.open(`http://127.0.0.1:${String(port)}`).request(CREATE, never()));

    expect(error.message).to.equal(
      `cannot create pods web/a: the API server at 127.0.0.1:${String(port)} cannot be reached`,
    );
    expect(bench.seen).to.have.length(3);
  });

  it('gives up on a server that accepts and says nothing, and on one that stops in the middle', async () => {
    const server = await bench.serve((response, request) => {
      if (request.url.endsWith('slow')) response.write('{');
    });
    const transport = bench.open(server.url, { requestTimeoutMs: 60 });

    const silent = await failureOf(transport.request(GET, never()));
    const stopped = await failureOf(transport.request({ ...GET, path: '/slow' }, never()));

    expect(silent.message).to.contain('does not answer');
    expect(stopped.message).to.contain('does not answer');
    expect(server.received).to.have.length(2);
  });

  it('stops at once on abort, with the reason, and closes the connection', async () => {
    const asked = Promise.withResolvers<undefined>();
    const server = await bench.serve(() => {
      asked.resolve(undefined);
    });
    const controller = new AbortController();
    const failed = failureOf(bench.open(server.url).request(GET, controller.signal));
    await asked.promise;

    controller.abort(new Error('shutting down'));

    expect((await failed).message).to.equal('shutting down');
    await until(() => server.open === 0);
  });

  it('does not quote what is no JSON: it may be a secret', async () => {
    const server = await bench.serve((response) => response.end('hunter2 is the password'));

    const error = await failureOf(bench.open(server.url).request(GET, never()));

    expect(error.message).to.equal('cannot get pods web/a: what answered is not an API server');
    expect(error.cause).to.equal(undefined);
  });

  it('leaves no connection behind after close', async () => {
    const server = await bench.serve(ok);
    const transport = bench.open(server.url);
    await Promise.all([1, 2, 3].map(() => transport.request(GET, never())));

    transport.close();

    await until(() => server.open === 0);
  });
});
