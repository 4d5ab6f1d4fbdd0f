import { expect } from 'chai';
import { coalesce } from '../../../src/server/coalesce.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('coalesce', () => {
  it('runs once for the first request and once more for all that come while it runs', async () => {
    const gates: (() => void)[] = [];
    const ask = coalesce(
      () => new Promise<void>((resolve) => gates.push(resolve)),
      () => undefined,
    );

    for (let n = 0; n < 10; n++) ask();
    await settled();
    expect(gates).to.have.length(1);

    for (let n = 0; n < 10; n++) ask();
    gates[0]?.();
    await settled();
    expect(gates).to.have.length(2);

    gates[1]?.();
    await settled();
    expect(gates).to.have.length(2);
  });

  it('runs again for a request that comes when all is done', async () => {
    let runs = 0;
    const ask = coalesce(
      () => {
        runs++;
        return Promise.resolve();
      },
      () => undefined,
    );

    ask();
    await settled();
    ask();
    await settled();

    expect(runs).to.equal(2);
  });

  it('reports a failure and still serves the next request', async () => {
    const errors: unknown[] = [];
    const ask = coalesce(
      () => Promise.reject(new Error('no answer')),
      (error) => errors.push(error),
    );

    ask();
    await settled();
    ask();
    await settled();

    expect(errors.map(String)).to.deep.equal(['Error: no answer', 'Error: no answer']);
  });
});
