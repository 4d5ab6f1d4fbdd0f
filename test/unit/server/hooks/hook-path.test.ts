import { expect } from 'chai';
import { hookPathOf, shownTarget } from '../../../../src/server/hooks/hook-path.ts';

describe('the path of a hook', () => {
  it('has a name, and may have a token', () => {
    expect(hookPathOf('/hook/git')).to.deep.equal({ name: 'git', token: '' });
    expect(hookPathOf('/hook/git?a=b')).to.deep.equal({ name: 'git', token: '' });
    expect(hookPathOf('/hook/quay/secret')).to.deep.equal({ name: 'quay', token: 'secret' });
    expect(hookPathOf('/hook/quay/secret/more?x')).to.deep.equal({ name: 'quay', token: 'secret/more' });
    for (const target of ['/hook', '/hook/', '/hook//a', '/other/git', 'hook/git', '*']) {
      expect(hookPathOf(target), target).to.equal(undefined);
    }
  });

  it('is shown without what may be a secret', () => {
    expect(shownTarget('/hook/git')).to.equal('/hook/git');
    expect(shownTarget('/hook/quay/secret')).to.equal('/hook/quay/…');
    expect(shownTarget('/hook/git?token=secret')).to.equal('/hook/git');
    expect(shownTarget('/hooks/quay/secret')).to.equal('/…');
    expect(shownTarget(`/hook/${'x'.repeat(100)}`)).to.equal(`/hook/${'x'.repeat(63)}`);
  });
});
