import { expect } from 'chai';
import { describe, it } from 'mocha';
import { atOnce } from '../../../../src/sync/act/at-once.ts';
import { never } from './support.ts';

describe('work for many items', () => {
  it('is done so much at a time, and its results come in the order of the items', async () => {
    let running = 0;
    let most = 0;
    const results = await atOnce([5, 1, 3, 2, 4], 2, never(), async (item) => {
      most = Math.max(most, (running += 1));
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      running -= 1;
      return item * 10;
    });

    expect(results).to.deep.equal([50, 10, 30, 20, 40]);
    expect(most).to.equal(2);
  });

  it('fails with the first failure, begins nothing more, and leaves nothing under way', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const caught: unknown = await atOnce([1, 2, 3, 4], 2, never(), async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('broken');
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      ended.push(item);
    }).catch((error: unknown) => error);

    expect(caught).to.have.property('message', 'broken');
    expect(begun).to.deep.equal([1, 2]);
    expect(ended).to.deep.equal([1]);
  });

  it('begins nothing more once it is not wanted', async () => {
    const controller = new AbortController();
    const begun: number[] = [];
    const caught: unknown = await atOnce([1, 2, 3], 1, controller.signal, (item) => {
      begun.push(item);
      controller.abort(new Error('stopping'));
      return Promise.resolve();
    }).catch((error: unknown) => error);

    expect(caught).to.have.property('message', 'stopping');
    expect(begun).to.deep.equal([1]);
  });
});
