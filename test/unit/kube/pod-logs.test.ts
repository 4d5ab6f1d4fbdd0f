import { expect } from 'chai';
import { createLogReader } from '../../../src/kube/pod-logs.ts';
import { never } from './support/fakes.ts';
import { fakeTransport } from './support/fake-transport.ts';

describe('the log of a pod', () => {
  it('is asked for by its end, and put together from the pieces it comes in', async () => {
    const transport = fakeTransport();
    transport.flow = (_request, sink) => {
      sink.onOpen();
      // In the middle of a character.
      for (const piece of [Buffer.from('one\ntw'), Buffer.from([0xc3]), Buffer.from([0xb6, 0x0a])]) {
        sink.onChunk(piece);
      }
      return Promise.resolve();
    };

    const text = await createLogReader(transport)(
      { namespace: 'shop', pod: 'web-test', container: 'test', lines: 20 },
      never(),
    );

    expect(text).to.equal('one\ntwö\n');
    expect(transport.requests).to.have.length(1);
    expect(transport.requests[0]).to.deep.include({
      verb: 'get',
      path: '/api/v1/namespaces/shop/pods/web-test/log',
      query: { container: 'test', tailLines: '20', limitBytes: '262144' },
    });
  });
});
