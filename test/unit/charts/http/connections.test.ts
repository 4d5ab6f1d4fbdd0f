import { expect } from 'chai';
import { createAuthority } from '../../../../hack/testenv/tls/authority.ts';
import { createConnections } from '../../../../src/charts/http/connections.ts';
import type { Tls } from '../../../../src/charts/http/tls.ts';
import { createAddressCheck } from '../../../../src/net/addresses.ts';

const { certificatePem, keyPem } = createAuthority('charts').issue({ commonName: 'operator' });
const URLS = ['https://a.example.com', 'https://b.example.com', 'http://a.example.com'].map(
  (url) => new URL(url),
);

/** Different for each number, though it says the same. */
const tls = (at: number): Tls => ({
  certificate: { cert: certificatePem + '\n'.repeat(at), key: keyPem },
});

describe('createConnections', () => {
  const connections = createConnections({ check: createAddressCheck(), proxyEnv: {}, ca: [] });
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
});
