import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decidePrune } from '../../../../src/sync/decide/prune.ts';
import type { Inventory } from '../../../../src/sync/inventory/entry.ts';

function inventoryOf(...names: readonly string[]): Inventory {
  return new Map(
    names.map((name) => [
      name,
      {
        id: { group: '', kind: 'ConfigMap', namespace: 'shop', name },
        ...{ version: 'v1', commit: 'c1', made: true },
      },
    ]),
  );
}

const cases = [
  { what: 'nothing has left', has: 'ab', wants: 'ab', kind: 'nothing', gone: '' },
  { what: 'nothing was there', has: '', wants: '', kind: 'nothing', gone: '' },
  { what: 'there is only something new', has: '', wants: 'ab', kind: 'nothing', gone: '' },
  { what: 'one of two has left', has: 'ab', wants: 'b', kind: 'prune', gone: 'a' },
  { what: 'more than half has left', has: 'abc', wants: 'c', kind: 'hold', gone: 'ab' },
  { what: 'nothing is left', has: 'a', wants: '', kind: 'hold', gone: 'a' },
  { what: 'all is replaced, and applied by now', has: 'abcd', wants: 'cd', kind: 'prune', gone: 'ab' },
] as const;

describe('what is done about objects that have left Git', () => {
  for (const { what, has, wants, kind, gone } of cases) {
    it(`is to ${kind} when ${what}`, () => {
      const input = { inventory: inventoryOf(...Array.from(has)), wanted: new Set(wants), confirmed: false };

      const decision = decidePrune({ ...input, prune: true });

      expect(decision.kind).to.equal(kind);
      expect('gone' in decision ? decision.gone.map(({ key }) => key).join('') : '').to.equal(gone);
      const confirmed = decidePrune({ ...input, prune: true, confirmed: true });
      expect(confirmed.kind).to.equal(gone === '' ? 'nothing' : 'prune');
      const kept = decidePrune({ ...input, prune: false, confirmed: true });
      expect(kept.kind).to.equal(gone === '' ? 'nothing' : 'let-go');
    });
  }
});
