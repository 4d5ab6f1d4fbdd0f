import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Authority, createAuthority } from '../../../../hack/testenv/tls/authority.ts';
import { createConnections } from '../../../../src/charts/http/connections.ts';
import type { Tls } from '../../../../src/charts/http/tls.ts';
import { createAddressCheck } from '../../../../src/net/addresses.ts';
import { createHostLookup } from '../../../../src/net/lookup.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';

const { certificatePem, keyPem } = createAuthority('charts').issue({ commonName: 'operator' });
const URLS = ['https://a.example.com', 'https://b.example.com', 'http://a.example.com'].map(
  (url) => new URL(url),
);

type Three = [Authority, Authority, Authority];
const PROGRAM = fileURLToPath(new URL('./connections-program.ts', import.meta.url));

async function serve(authority: Authority): Promise<{ server: Server; url: string }> {
  const { certificatePem: cert, keyPem: key } = authority.issue({ commonName: 'x', hosts: ['127.0.0.1'] });
  const server = createServer({ cert, key }, (_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/` };
}

/** Different for each number, though it says the same. */
const tls = (at: number): Tls => ({
  certificate: { cert: certificatePem + '\n'.repeat(at), key: keyPem },
});

describe('createConnections', () => {
  const connections = createConnections({
    ...{
      lookup: createHostLookup({ clock: systemClock }),
      check: createAddressCheck(),
      proxyEnv: {},
      ca: [],
    },
  });
  const [secure, other, plain] = URLS as [URL, URL, URL];
  after(() => {
    connections.close();
  });

  it('shares connections among those who show the same to a server and trust the same, and nobody else', () => {
    const agent = connections.agentFor(secure);

    expect(connections.agentFor(other)).to.equal(agent);
    expect(connections.agentFor(secure, {})).to.equal(agent);
    expect(connections.agentFor(secure, tls(1))).not.to.equal(agent);
    expect(connections.agentFor(secure, tls(1))).to.equal(connections.agentFor(other, tls(1)));
    expect(connections.agentFor(secure, { skipVerify: true })).not.to.equal(agent);
    expect(connections.agentFor(plain, tls(1))).to.equal(connections.agentFor(plain));
  });

  it('forgets certificates that nobody uses any more, the oldest first', () => {
    const agents = Array.from({ length: 300 }, (_, at) => connections.agentFor(secure, tls(at)));

    expect(connections.agentFor(secure, tls(299))).to.equal(agents[299]);
    expect(connections.agentFor(secure, tls(0))).not.to.equal(agents[0]);
  });

  it('trusts what Node trusts beside what it was given, at little cost for each', async () => {
    const [usual, own, none] = ['usual', 'own', 'none'].map((name) => createAuthority(name)) as Three;
    const dir = await mkdtemp(join(tmpdir(), 'connections-'));
    await writeFile(join(dir, 'usual.pem'), usual.certificatePem);
    const servers = await Promise.all([usual, own, none].map((authority) => serve(authority)));

    try {
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], {
        env: {
          NODE_EXTRA_CA_CERTS: join(dir, 'usual.pem'),
          NODE_NO_WARNINGS: '1',
          CA: own.certificatePem,
          URLS: servers.map(({ url }) => url).join(' '),
        },
      });

      const { answers, megabytes } = JSON.parse(stdout) as { answers: string[]; megabytes: number };
      expect(answers).to.deep.equal(['200', '200', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
      expect(megabytes).to.be.below(40);
    } finally {
      for (const { server } of servers) server.close();
      await rm(dir, { recursive: true });
    }
  });
});
