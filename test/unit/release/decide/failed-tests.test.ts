import { expect } from 'chai';
import { describe, it } from 'mocha';
import { afterFailedTests } from '../../../../src/release/decide/failed-tests.ts';

const FIRST = { onlyOwnInstalls: true };
const OVER_NOTHING = { onlyOwnInstalls: false };
const OVER_4 = { onlyOwnInstalls: false, restorable: 4 };
const wanted = { rollback: false, isOwn: false };

const ROWS = [
  ['a first installation', wanted, FIRST, { kind: 'clear' }],
  ["the operator's own first installation", { ...wanted, isOwn: true }, FIRST, { kind: 'stay' }],
  ['an upgrade over what never worked', { ...wanted, rollback: true }, OVER_NOTHING, { kind: 'stay' }],
  ['an upgrade over what works, without rollbacks', wanted, OVER_4, { kind: 'stay' }],
  ['an upgrade over what works', { ...wanted, rollback: true }, OVER_4, { kind: 'rollback', to: 4 }],
] as const;

describe('what becomes of a revision whose tests failed', () => {
  for (const [of, given, observed, then] of ROWS) {
    it(`is ${then.kind} for ${of}`, () => {
      expect(afterFailedTests(given, observed)).to.deep.equal(then);
    });
  }
});
