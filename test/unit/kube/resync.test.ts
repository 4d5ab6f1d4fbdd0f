import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createResync } from '../../../src/kube/resync.ts';

describe('the time until an unchanged release is looked at again', () => {
  it('defect 17: differs from release to release, so that a fleet does not come back all at once', () => {
    const at = (random: number): number => createResync(180_000, () => random)();

    expect([at(0), at(0.5), at(1)]).to.deep.equal([162_000, 180_000, 198_000]);
  });
});
