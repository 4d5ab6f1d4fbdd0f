import { expect } from 'chai';
import { createGate } from '../../../src/charts/gate.ts';

const signal = new AbortController().signal;

describe('createGate', () => {
  it('bounds the work for one host and for all, and never lets one host keep the others out', async () => {
    const gate = createGate({ perHost: 2, total: 3 });
    const running: string[] = [];
    const release = Promise.withResolvers<undefined>();
    const work = (host: string): Promise<undefined> =>
      gate.run(host, signal, () => {
        running.push(host);
        return release.promise;
      });

    const all = [work('a'), work('a'), work('a'), work('a'), work('b'), work('c')];
    await new Promise(setImmediate);
    expect(running).to.deep.equal(['a', 'a', 'b']);

    release.resolve(undefined);
    await Promise.all(all);
    expect(running).to.have.length(6);
  });

  it('lets who waits give up', async () => {
    const gate = createGate({ perHost: 1, total: 1 });
    const stop = new AbortController();
    const release = Promise.withResolvers<undefined>();
    const first = gate.run('a', signal, () => release.promise);
    const second = gate.run('a', stop.signal, () => Promise.resolve('ran'));
    stop.abort(new Error('enough'));

    const caught: unknown = await second.catch((error: unknown) => error);
    expect(caught).to.have.property('message', 'enough');
    release.resolve(undefined);
    await first;
    expect(await gate.run('a', signal, () => Promise.resolve('ran'))).to.equal('ran');
  });
});
