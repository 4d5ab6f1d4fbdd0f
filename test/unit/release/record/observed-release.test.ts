import { expect } from 'chai';
import { describe, it } from 'mocha';
import { observedRelease } from '../../../../src/release/record/observed-release.ts';

describe('the word of Helm about a release', () => {
  it('is shown as long as there is a release, and no longer', () => {
    const deployed = observedRelease({ phase: 'Succeeded' }, { revision: 3, status: 'deployed' });

    expect(deployed).to.deep.equal({ phase: 'Succeeded', releaseStatus: 'deployed' });
    expect(observedRelease(deployed, undefined)).to.deep.equal({ phase: 'Succeeded' });
  });
});
