import { expect } from 'chai';
import { describe, it } from 'mocha';
import { jsonOf, tableOf } from '../../../src/operator/plan-output.ts';
import type { Preview } from '../../../src/release/preview/preview.ts';

const PREVIEWS: readonly Preview[] = [
  {
    key: 'shop/a',
    release: 'shop/shop-a',
    action: 'adopt',
    why: 'revision 3 is what is wanted',
    complete: true,
  },
  {
    key: 'shop/long-name',
    release: 'other/b',
    action: 'unlock',
    why: 'revision 1 is pending-upgrade',
    then: { action: 'upgrade', why: 'it differs:\n the values' },
    complete: true,
  },
  { key: 'shop/c', release: 'shop/c', action: 'wait', why: 'no answer', complete: false },
];

describe('a plan', () => {
  it('is a table with one line each, and a sum', () => {
    expect(tableOf(PREVIEWS).split('\n')).to.deep.equal([
      'HELMRELEASE      RELEASE       ACTION                WHY',
      'shop/a           shop/shop-a   adopt                 revision 3 is what is wanted',
      'shop/long-name   other/b       unlock then upgrade   revision 1 is pending-upgrade; then it differs: the values',
      'shop/c           shop/c        wait                  no answer',
      '3 HelmReleases: 1 adopt, 1 unlock then upgrade, 1 wait',
      'Of 1 of them it is not known: a chart or values could not be had.',
    ]);
  });

  it('is one line where there is nothing', () => {
    expect(tableOf([])).to.equal('0 HelmReleases');
  });

  it('is a list for programs', () => {
    expect(JSON.parse(jsonOf(PREVIEWS.slice(1, 2)))).to.deep.equal([
      {
        namespace: 'shop',
        name: 'long-name',
        release: { namespace: 'other', name: 'b' },
        action: 'unlock',
        why: 'revision 1 is pending-upgrade',
        then: { action: 'upgrade', why: 'it differs:\n the values' },
        complete: true,
      },
    ]);
  });
});
