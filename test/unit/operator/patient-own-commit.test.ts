import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { OwnCommitSource } from '../../../src/api/chart-source.ts';
import { patientOwnCommit } from '../../../src/operator/patient-own-commit.ts';
import type { OwnCommit } from '../../../src/release/desire/own-chart.ts';

const SOURCE: OwnCommitSource = {
  ...{ kind: 'own-commit', path: 'web', skipDepUpdate: false },
  said: {
    ...{ release: 'shop/web', uid: 'u1', commit: 'c1', spec: {} },
    sync: { namespace: 'shop', name: 'team' },
  },
};
const NOT_YET: OwnCommit = { kind: 'not-known-yet', why: 'something else' };

function open() {
  let now = 0;
  let answer: OwnCommit = { kind: 'none' };
  const ask = patientOwnCommit(() => Promise.resolve(answer), { monotonicMs: () => now });
  return {
    ask: async (source = SOURCE) => (await ask(source, AbortSignal.timeout(1_000))).kind,
    say: (next: OwnCommit) => {
      answer = next;
    },
    later: (ms: number) => {
      now += ms;
    },
  };
}

describe('a HelmRelease that no GitSync holds', () => {
  it('may be moving from one to another, for a moment', async () => {
    const { ask, later } = open();
    expect(await ask()).to.equal('not-known-yet');
    later(9_999);
    expect(await ask()).to.equal('not-known-yet');
    later(1);
    expect(await ask()).to.equal('none');
  });

  it('gets that moment again when one has held it meanwhile', async () => {
    const { ask, say, later } = open();
    await ask();
    later(10_000);
    say(NOT_YET);
    await ask();
    say({ kind: 'none' });
    expect(await ask()).to.equal('not-known-yet');
  });

  it('is told at once when it names none', async () => {
    const { ask } = open();
    expect(await ask({ ...SOURCE, said: { ...SOURCE.said, sync: undefined } })).to.equal('none');
  });
});
