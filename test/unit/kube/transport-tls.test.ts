import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import { UnreachableError } from '../../../src/kube/errors.ts';
import { failureOf, never } from './support/fakes.ts';
import { CREATE, GET, ok, until, useTransportBench } from './support/transport-bench.ts';

describe('the transport over TLS', () => {
  const bench = useTransportBench();

  const authority = createAuthority('first');
  const identity = (by = authority) => by.issue({ commonName: 'api', hosts: ['127.0.0.1'] });
  const pem64 = (pem: string): string => Buffer.from(pem).toString('base64');

  it('trusts the given authority and shows its own certificate', async () => {
    const me = authority.issue({ commonName: 'jane' });
    const server = await bench.serve(ok, { identity: identity(), clientAuthority: authority });
    const transport = await bench.openAs(
      server.url,
      { 'certificate-authority-data': pem64(authority.certificatePem) },
      { 'client-certificate-data': pem64(me.certificatePem), 'client-key-data': pem64(me.keyPem) },
    );

    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
  });

  it('does not talk to a server that it cannot trust', async () => {
    const server = await bench.serve(ok, { identity: identity(createAuthority('stranger')) });
    const transport = await bench.openAs(
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
    await writeFile(join(bench.dir, 'ca.crt'), authority.certificatePem);
    const server = await bench.serve(ok, { identity: identity() });
    const transport = await bench.openAs(server.url, { 'certificate-authority': 'ca.crt' }, {});
    await transport.request(GET, never());

    server.present(identity(next));
    await writeFile(join(bench.dir, 'ca.crt'), next.certificatePem);
    bench.skip(11_000);
    await transport.request(CREATE, never());
    await until(() => server.open === 1);

    expect(server.connections).to.equal(2);
  });

  it('looks at the authority again at once when the server can no longer be trusted', async () => {
    const next = createAuthority('next');
    await writeFile(join(bench.dir, 'ca.crt'), authority.certificatePem);
    const server = await bench.serve(ok, { identity: identity(next) });
    const transport = await bench.openAs(server.url, { 'certificate-authority': 'ca.crt' }, {});
    await failureOf(transport.request(CREATE, never()));

    await writeFile(join(bench.dir, 'ca.crt'), next.certificatePem);

    expect(await transport.request(CREATE, never())).to.deep.equal({ fine: true });
  });

  it('expects the name that the kubeconfig gives the server', async () => {
    const server = await bench.serve(ok, {
      identity: authority.issue({ commonName: 'api', hosts: ['api.internal'] }),
    });
    const cluster = { 'certificate-authority-data': pem64(authority.certificatePem) };

    await failureOf((await bench.openAs(server.url, cluster, {})).request(GET, never()));
    const transport = await bench.openAs(server.url, { ...cluster, 'tls-server-name': 'api.internal' }, {});

    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
  });

  it('goes through the proxy of the kubeconfig', async () => {
    const server = await bench.serve(ok, { identity: identity() });
    const tunnels: string[] = [];
    const proxy = await startTunnel(tunnels);
    bench.later(proxy.close);
    const transport = await bench.openAs(
      server.url,
      { 'certificate-authority-data': pem64(authority.certificatePem), 'proxy-url': proxy.url },
      {},
    );

    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    expect(tunnels).to.deep.equal([new URL(server.url).host]);
  });
});

async function startTunnel(tunnels: string[]): Promise<{ url: string; close: () => Promise<void> }> {
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
