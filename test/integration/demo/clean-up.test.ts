import { expect } from 'chai';
import { createCleanUp } from '../../../hack/demo/clean-up.ts';

describe('the clean-up of the demo', () => {
  it('undoes the last thing first, and goes on when a part fails', async () => {
    const order: string[] = [];
    const cleanUp = createCleanUp();
    cleanUp.defer('the folder', () => Promise.resolve(void order.push('folder')));
    cleanUp.defer('the server', () => Promise.reject(new Error('it is stuck')));
    cleanUp.defer('the operator', () => Promise.resolve(void order.push('operator')));

    const failures = await cleanUp.run();

    expect(order).to.deep.equal(['operator', 'folder']);
    expect(failures).to.deep.equal(['the server: it is stuck']);
  });

  it('undoes nothing twice', async () => {
    let times = 0;
    const cleanUp = createCleanUp();
    cleanUp.defer('it', () => Promise.resolve(void (times += 1)));

    await cleanUp.run();
    await cleanUp.run();

    expect(times).to.equal(1);
  });
});
