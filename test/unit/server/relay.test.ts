import { createServer, request as send } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import type { Answer } from '../../../src/server/answer.ts';
import { createRelay, RELAYED } from '../../../src/server/relay.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { testClock } from '../kube/support/fakes.ts';

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('what a replica that stands by passes on to the leader', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const listen = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  };
  const leader = async (got: Got[]): Promise<string> =>
    listen((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        got.push({ headers: request.headers, body });
        response.writeHead(202, { 'retry-after': '3', 'x-of-the-leader': 'yes' }).end('accepted\n');
      });
    });
  /** A relay behind a server, asked once. */
  const ask = async (
    to: string | undefined,
    path: string,
    { method = 'POST', headers = {}, body = '{}' } = {},
  ): Promise<Answer> => {
    const relay = createRelay({ to: () => to, clock: testClock, log: silentLogger });
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const address = await listen((request, response) => {
      relay(request).then(resolve, reject);
      request.on('close', () => response.end());
    });
    const asking = send(`http://${address}${path}`, { method, headers });
    asking.on('error', () => undefined);
    asking.end(body);
    return await promise;
  };

  it('comes as it was sent, with its signature, and its answer goes back', async () => {
    const got: Got[] = [];
    const headers = { 'x-hub-signature-256': 'sha256=abc', connection: 'keep-alive', te: 'trailers' };
    const answer = await ask(await leader(got), '/hook/github', { headers, body: '{"a":1}' });

    expect(answer).to.include({ status: 202, body: 'accepted\n' });
    expect(answer.headers).to.include({ 'retry-after': '3' }).and.not.to.have.property('x-of-the-leader');
    expect(got).to.have.length(1);
    expect(got[0]?.body).to.equal('{"a":1}');
    expect(got[0]?.headers).to.include({ 'x-hub-signature-256': 'sha256=abc', [RELAYED]: '1' });
    expect(got[0]?.headers).not.to.have.property('te');
  });

  it('is nothing but webhooks', async () => {
    const got: Got[] = [];
    const to = await leader(got);
    expect(await ask(to, '/metrics')).to.include({ status: 404 });
    expect(await ask(to, '/hook/github', { method: 'GET', body: '' })).to.include({ status: 405 });
    expect(got).to.deep.equal([]);
  });

  it('is passed on once only, and not where nobody leads', async () => {
    const got: Got[] = [];
    const again = await ask(await leader(got), '/hook/github', { headers: { [RELAYED]: '1' } });
    expect(again).to.include({ status: 503 });
    expect(await ask(undefined, '/hook/github')).to.include({ status: 503 });
    expect(got).to.deep.equal([]);
  });

  it('is answered with 503 where the leader does not answer', async () => {
    const gone = await listen((request) => request.socket.destroy());
    expect((await ask(gone, '/hook/github')).headers).to.include({ 'retry-after': '20' });
  });

  it('is no longer than what the leader would read', async () => {
    const got: Got[] = [];
    const body = 'x'.repeat(1024 * 1024 + 1);
    expect(await ask(await leader(got), '/hook/github', { body })).to.include({ status: 413 });
    expect(got).to.deep.equal([]);
  });
});
