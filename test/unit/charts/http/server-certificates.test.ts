import { X509Certificate } from 'node:crypto';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createAuthority } from '../../../../hack/testenv/tls/authority.ts';
import { createConnections } from '../../../../src/charts/http/connections.ts';
import { exchange } from '../../../../src/charts/http/exchange.ts';
import { createAddressCheck } from '../../../../src/net/addresses.ts';
import { createHostLookup } from '../../../../src/net/lookup.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';

const authority = createAuthority('servers');

describe('certificates of servers', () => {
  it('are known by their host from the first answer on, the newest of each', async () => {
    const pairs = [1, 2].map(() => authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] }));
    const tlsOf = (at: number): { key: string; cert: string } => ({
      key: pairs[at]?.keyPem ?? '',
      cert: pairs[at]?.certificatePem ?? '',
    });
    const server = createServer(tlsOf(0), (_, answer) => {
      answer.setHeader('connection', 'close');
      answer.end('here');
    });
    const plain = createPlainServer((_, answer) => answer.end('here'));
    const hosts: string[] = [];
    for (const each of [server, plain]) {
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
      hosts.push(`127.0.0.1:${String((each.address() as AddressInfo).port)}`);
    }
    const connections = createConnections({
      ...{ lookup: createHostLookup({ clock: systemClock }), check: createAddressCheck([]), proxyEnv: {} },
      ca: [authority.certificatePem],
    });
    const ask = async (url: string): Promise<void> => {
      const answer = await exchange(connections, {
        ...{ url: new URL(url), method: 'GET', headers: {}, connectMs: 5_000, idleMs: 5_000 },
        signal: AbortSignal.timeout(5_000),
      });
      answer.resume();
      await new Promise((resolve) => answer.once('end', resolve));
    };
    const known = (): readonly (readonly [string, string])[] =>
      [...connections.serverCertificates.all()].map(([host, pem]) => [
        host,
        new X509Certificate(pem).serialNumber,
      ]);
    const serialOf = (at: number): string => new X509Certificate(tlsOf(at).cert).serialNumber;
    try {
      const [secure = '', open = ''] = hosts;
      expect(known()).to.deep.equal([]);
      await ask(`http://${open}/`);
      await ask(`https://${secure}/`);
      expect(known()).to.deep.equal([[secure, serialOf(0)]]);

      server.setSecureContext(tlsOf(1));
      await ask(`https://${secure}/`);
      expect(known()).to.deep.equal([[secure, serialOf(1)]]);
    } finally {
      connections.close();
      for (const each of [server, plain]) each.close();
    }
  });
});
