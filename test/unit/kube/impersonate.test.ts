import { expect } from 'chai';
import { describe, it } from 'mocha';
import { serviceAccountUser } from '../../../src/api/service-account.ts';
import { actingAs } from '../../../src/kube/impersonate.ts';
import { never } from './support/fakes.ts';
import { fakeTransport } from './support/fake-transport.ts';

const GET = { verb: 'get', resource: 'configmaps', path: '/api/v1/configmaps' } as const;
const SINK = { onOpen: () => undefined, onChunk: () => undefined, idleMs: () => 1 };

describe('acting as another user', () => {
  const user = serviceAccountUser('team-a', 'deployer');

  it('puts the user on every request and stream', async () => {
    const transport = fakeTransport(() => 'answer');
    const acting = actingAs(transport, user);

    expect(await acting.request(GET, never())).to.equal('answer');
    await acting.stream(GET, SINK, never());

    expect(user).to.equal('system:serviceaccount:team-a:deployer');
    expect(transport.requests).to.deep.equal([
      { ...GET, as: user },
      { ...GET, as: user },
    ]);
  });

  it('does not close the connections that others use too', () => {
    let closed = false;
    const transport = { ...fakeTransport(), close: () => (closed = true) };

    actingAs(transport, user).close();

    expect(closed).to.equal(false);
  });
});
