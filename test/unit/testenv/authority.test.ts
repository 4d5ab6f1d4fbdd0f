import { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { expect } from 'chai';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import type { KeyPair } from '../../../hack/testenv/tls/authority.ts';

/** What a client that trusts `ca` says when it meets a server with this certificate. */
async function meet(server: KeyPair, ca: string, servername = 'localhost'): Promise<string> {
  const listener = tls.createServer({ cert: server.certificatePem, key: server.keyPem }, (socket) =>
    socket.end(),
  );
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const outcome = await new Promise<string>((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername }, () => {
      resolve('trusted');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
  await new Promise((resolve) => listener.close(resolve));
  return outcome;
}

describe('a certificate authority of the test environment', () => {
  const authority = createAuthority('tests');
  const hosts = ['localhost', '127.0.0.1', '::1'];

  it('issues certificates that those trust who trust it', async () => {
    expect(await meet(authority.issue({ commonName: 'server', hosts }), authority.certificatePem)).to.equal(
      'trusted',
    );
  });

  it('is not trusted by those who trust another one, even of the same name', async () => {
    const server = authority.issue({ commonName: 'server', hosts });

    expect(await meet(server, createAuthority('tests').certificatePem)).to.match(
      /SIGNATURE|UNABLE_TO_VERIFY/,
    );
  });

  it('issues certificates for the named hosts only', async () => {
    const server = authority.issue({ commonName: 'server', hosts: ['example.com'] });

    expect(await meet(server, authority.certificatePem)).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await meet(server, authority.certificatePem, 'example.com')).to.equal('trusted');
  });

  it('issues expired certificates on demand', async () => {
    const server = authority.issue({ commonName: 'server', hosts, notAfter: new Date(Date.now() - 60_000) });

    expect(await meet(server, authority.certificatePem)).to.equal('CERT_HAS_EXPIRED');
  });

  it('puts user and groups into client certificates, as Kubernetes reads them', () => {
    const { certificatePem } = authority.issue({
      commonName: 'admin',
      organizations: ['system:masters', 'b'],
    });
    const certificate = new X509Certificate(certificatePem);

    expect(certificate.subject).to.equal('O=system:masters\nO=b\nCN=admin');
    expect(certificate.keyUsage).to.eql(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.verify(new X509Certificate(authority.certificatePem).publicKey)).to.equal(true);
  });
});
