import { expect } from 'chai';
import { NotLeadingError } from '../../../src/kube/errors.ts';
import { failureOf, never } from './support/fakes.ts';
import { reply } from './support/scripted-server.ts';
import { CREATE, GET, ok, useTransportBench } from './support/transport-bench.ts';

describe('the transport of a replica that may not lead', () => {
  const bench = useTransportBench();

  it('sends no write while it does not, and reads all the same', async () => {
    const server = await bench.serve(ok);
    let leads = false;
    const fence = (): Error | undefined => (leads ? undefined : new NotLeadingError());
    const transport = bench.open(server.url, { fence });

    expect(await failureOf(transport.request(CREATE, never()))).to.be.instanceOf(NotLeadingError);
    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    expect(server.received.map(({ method }) => method)).to.deep.equal(['GET']);
    expect(bench.seen.map(({ verb }) => verb)).to.deep.equal(['get']);

    leads = true;
    expect(await transport.request(CREATE, never())).to.deep.equal({ fine: true });
  });

  it('asks again before it repeats a write', async () => {
    let leads = true;
    const server = await bench.serve((response) => {
      leads = false;
      reply(response, 429, { kind: 'Status', code: 429 }, { 'retry-after': '0' });
    });
    const transport = bench.open(server.url, {
      fence: () => (leads ? undefined : new NotLeadingError()),
    });

    expect(await failureOf(transport.request(CREATE, never()))).to.be.instanceOf(NotLeadingError);
    expect(server.received).to.have.length(1);
  });

  it('writes with the token of its term, and reads with its own', async () => {
    const server = await bench.serve(ok);
    let term: string | undefined = 'term';
    const transport = await bench.openAs(server.url, {}, { token: 'own' }, { writeToken: () => term });

    await transport.request(GET, never());
    await transport.request(CREATE, never());
    term = undefined;
    await transport.request(CREATE, never());

    expect(server.received.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer own',
      'Bearer term',
      'Bearer own',
    ]);
  });
});
