import { expect } from 'chai';
import { describe, it } from 'mocha';
import { byAccount } from '../../../src/operator/by-account.ts';

describe('what each account has of its own', () => {
  it('is made once, for the operator itself too, and never shared', () => {
    const made: (string | undefined)[] = [];
    const of = byAccount((account: string | undefined) => ({ account, at: made.push(account) }));

    expect(of('a')).to.equal(of('a'));
    expect(of(undefined)).to.equal(of(undefined));
    expect(of('b').account).to.equal('b');
    expect(made).to.deep.equal(['a', undefined, 'b']);
  });

  it('is forgotten for those that were not asked for the longest', () => {
    let count = 0;
    const of = byAccount((account: string) => `${account} ${String((count += 1))}`);
    of('kept');
    of('idle');
    for (let at = 0; at < 499; at++) {
      of(`account-${String(at)}`);
      of('kept');
    }
    expect(of('kept')).to.equal('kept 1');
    expect(of('idle'))
      .to.equal(`idle ${String(count)}`)
      .and.not.equal('idle 2');
  });
});
