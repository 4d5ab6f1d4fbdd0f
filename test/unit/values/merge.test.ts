import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { canonicalJson } from '../../../src/values/canonical-json.ts';
import { mergeValues, type ValuesMap } from '../../../src/values/merge.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const { map } = fc.letrec<{ value: unknown; map: ValuesMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 1, 'x'),
    fc.array(tie('value'), { maxLength: 2 }),
    tie('map'),
  ),
  map: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 4 })
    .map((entries) => Object.assign(Object.create(null) as ValuesMap, Object.fromEntries(entries))),
}));

describe('merging values', () => {
  it('merges maps, and replaces anything else', () => {
    const earlier = {
      image: { tag: '1', pull: 'Always' },
      ports: [80, 443],
      name: 'web',
      gone: { a: 1 },
      kept: 1,
    };
    const later = { image: { tag: '2' }, ports: [8080], name: { full: 'web' }, gone: null };

    expect(mergeValues(earlier, later)).to.deep.equal({
      image: { tag: '2', pull: 'Always' },
      ports: [8080],
      name: { full: 'web' },
      gone: null,
      kept: 1,
    });
  });

  it('treats a key named __proto__ as a key', () => {
    const evil = JSON.parse(
      '{"__proto__": {"polluted": true}, "a": {"__proto__": {"polluted": true}}}',
    ) as ValuesMap;

    const merged = mergeValues(mergeValues({ a: {} }, evil), evil);

    expect(canonicalJson(merged)).to.equal(canonicalJson(evil));
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('changes neither side', () => {
    fc.assert(
      fc.property(map, map, (earlier, later) => {
        const before = canonicalJson([earlier, later]);
        mergeValues(earlier, later);
        expect(canonicalJson([earlier, later])).to.equal(before);
      }),
    );
  });

  it('has the empty map as neutral element, and merging the same twice as merging once', () => {
    fc.assert(
      fc.property(map, map, (earlier, later) => {
        const merged = mergeValues(earlier, later);
        expect(canonicalJson(mergeValues(earlier, {}))).to.equal(canonicalJson(earlier));
        expect(canonicalJson(mergeValues({}, later))).to.equal(canonicalJson(later));
        expect(canonicalJson(mergeValues(merged, later))).to.equal(canonicalJson(merged));
      }),
    );
  });

  it('lets every leaf of the later side win', () => {
    fc.assert(
      fc.property(map, map, (earlier, later) => {
        const merged = mergeValues(earlier, later);
        for (const [path, leaf] of leaves(later)) expect(at(merged, path)).to.equal(leaf);
      }),
    );
  });
});

function* leaves(values: ValuesMap, path: readonly string[] = []): Generator<[readonly string[], unknown]> {
  for (const [name, value] of Object.entries(values)) {
    const isInner = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isInner) yield* leaves(value as ValuesMap, [...path, name]);
    else yield [[...path, name], value];
  }
}

function at(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (inner as ValuesMap)[name], values);
}
