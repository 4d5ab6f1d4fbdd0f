import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { describe, it } from 'mocha';
import { childSignal } from '../../../src/process/child-signal.ts';

describe('a child signal', () => {
  it('aborts with its parent, and for the same reason', () => {
    const parent = new AbortController();
    using child = childSignal(parent.signal);
    expect(child.signal.aborted).to.equal(false);

    parent.abort(new Error('enough'));

    expect(child.signal.reason).to.have.property('message', 'enough');
    using late = childSignal(parent.signal);
    expect(late.signal.reason).to.equal(parent.signal.reason);
  });

  it('is let go of by its parent', () => {
    const parent = new AbortController();
    const child = childSignal(parent.signal);

    child[Symbol.dispose]();

    expect(getEventListeners(parent.signal, 'abort')).to.deep.equal([]);
    parent.abort();
    expect(child.signal.aborted).to.equal(false);
  });
});
