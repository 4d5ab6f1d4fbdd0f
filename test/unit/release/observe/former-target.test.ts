import { expect } from 'chai';
import { describe, it } from 'mocha';
import { formerTarget } from '../../../../src/release/observe/former-target.ts';

const now = { releaseName: 'web', namespace: 'shop' };
const condition = (message: string) => ({ type: 'Released', status: 'True', message }) as const;

describe('the release that a status speaks of', () => {
  it('is another one when its name or its namespace is another', () => {
    expect(formerTarget({ releaseName: 'old', targetNamespace: 'shop' }, now)).to.deep.equal({
      releaseName: 'old',
      namespace: 'shop',
    });
    expect(formerTarget({ releaseName: 'web', targetNamespace: 'old' }, now)).to.deep.equal({
      releaseName: 'web',
      namespace: 'old',
    });
    expect(formerTarget({ releaseName: 'web', targetNamespace: 'shop' }, now)).to.equal(undefined);
  });

  it('is unknown before there is any', () => {
    expect(formerTarget({}, now)).to.equal(undefined);
    expect(formerTarget({ conditions: [condition('something else')] }, now)).to.equal(undefined);
  });

  it('is told by the newest message of 1.4.4, which wrote no namespace', () => {
    const conditions = [
      condition("Chart fetch was successful for Helm release 'older' in 'there'."),
      condition("Release was successful for Helm release 'old' in 'there'."),
      condition('something else'),
    ];

    expect(formerTarget({ releaseName: 'web', conditions }, now)).to.deep.equal({
      releaseName: 'old',
      namespace: 'there',
    });
  });

  it('is taken to be in the same namespace where nothing tells it', () => {
    expect(formerTarget({ releaseName: 'old' }, now)).to.deep.equal({
      releaseName: 'old',
      namespace: 'shop',
    });
    expect(formerTarget({ releaseName: 'web' }, now)).to.equal(undefined);
  });
});
