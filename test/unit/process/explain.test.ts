import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explainEnd, explainNoStart } from '../../../src/process/explain.ts';

const plain = { timedOut: false, isMaxBuffer: false, isCanceled: false };

describe('the sentence about how a child ended', () => {
  const rows = [
    { ended: { ...plain, timedOut: true, signal: 'SIGTERM' }, says: 'did not finish in 20 s' },
    { ended: { ...plain, isMaxBuffer: true, signal: 'SIGTERM' }, says: 'wrote more than 1.5 MB' },
    { ended: { ...plain, isCanceled: true, signal: 'SIGTERM' }, says: 'was stopped' },
    { ended: { ...plain, signal: 'SIGKILL' }, says: 'was ended by SIGKILL' },
    { ended: { ...plain, exitCode: 3 }, says: 'ended with exit code 3' },
    { ended: plain, says: 'ended with exit code unknown' },
  ];
  for (const { ended, says } of rows) {
    it(`says '${says}'`, () => {
      expect(explainEnd(ended, 20_000, 1_500_000)).to.equal(says);
    });
  }

  it('says that it took too much memory', () => {
    const why = explainEnd({ ...plain, signal: 'SIGKILL' }, 20_000, 1_500_000, 512_000_000);

    expect(why).to.equal('took more than 512 MB of memory');
  });

  it('keeps fractions of a second and small sizes readable', () => {
    expect(explainEnd({ ...plain, timedOut: true }, 1_540, 1)).to.equal('did not finish in 1.5 s');
    expect(explainEnd({ ...plain, isMaxBuffer: true }, 1, 2_048)).to.equal('wrote more than 2 kB');
    expect(explainEnd({ ...plain, isMaxBuffer: true }, 1, 10)).to.equal('wrote more than 10 bytes');
  });
});

describe('the sentence about a child that did not start', () => {
  it('tells a missing program from a missing folder', () => {
    expect(explainNoStart('ENOENT', true)).to.equal('there is no such program');
    expect(explainNoStart('ENOENT', false)).to.equal('the folder to start it in is not there');
  });

  it('names the code it does not know', () => {
    expect(explainNoStart('EIO', true)).to.equal('it could not be started (EIO)');
    expect(explainNoStart(undefined, true)).to.equal('it could not be started (no reason given)');
  });
});
