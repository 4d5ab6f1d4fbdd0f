import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Pointer } from '../../../../src/api/gitsync/pointer.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { contentDigest } from '../../../../src/sync/desire/digest.ts';
import { ignoredOf, rulesFor, withoutIgnored } from '../../../../src/sync/desire/ignore-fields.ts';
import { treeOf } from '../../../../src/sync/desire/pointer-tree.ts';

const KEY = Buffer.from('key');
const ID = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
const MARK = 'gitops.helm-release-operator.io/name';

const web = {
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web', [MARK]: 'shop' } },
  spec: {
    replicas: 2,
    containers: [
      { name: 'web', image: 'a' },
      { name: 'log', image: 'b' },
    ],
    args: ['x', 'y'],
  },
};

describe('the rules for an object', () => {
  it('are those whose group, kind, namespace and name are its own, or are not given', () => {
    const pointers = [['spec', 'replicas']];
    const meant = [
      {},
      { group: 'apps' },
      { kind: 'Deployment', namespace: 'shop' },
      { name: 'web' },
      { ...ID },
    ];
    const others = [{ group: '' }, { kind: 'Deploy' }, { namespace: '' }, { ...ID, name: 'api' }];
    for (const which of meant) expect(ignoredOf([{ ...which, pointers }], ID)).to.deep.equal(pointers);
    for (const which of others) expect(ignoredOf([{ ...which, pointers }], ID)).to.deep.equal([]);
    expect(rulesFor([{ name: 'api', pointers }], ID)).to.have.length(1);
  });

  it('name each field once and in one order, however they are written', () => {
    const [a, b] = [
      ['spec', 'a'],
      ['spec', 'b'],
    ];
    const rules = [{ pointers: [b, a] }, { kind: 'Deployment', pointers: [b] }];
    expect(ignoredOf(rules, ID)).to.deep.equal([a, b]);
    expect(ignoredOf(rules.toReversed(), ID)).to.deep.equal([a, b]);
  });
});

describe('an object without what is ignored', () => {
  it('has the rest as it was, items of lists by their numbers', () => {
    const ignored = [
      'spec/replicas',
      'spec/containers/0/image',
      'spec/args/0',
      'spec/nothing/here',
      'kind/x',
    ];
    expect(
      withoutIgnored(
        web,
        ignored.map((text) => text.split('/')),
      ),
    ).to.deep.equal({
      ...web,
      spec: { containers: [{ name: 'web' }, { name: 'log', image: 'b' }], args: ['y'] },
    });
  });

  it('keeps the marks of its GitSync', () => {
    expect(withoutIgnored(web, [['metadata', 'labels']]).metadata).to.deep.equal({
      ...{ name: 'web', labels: { [MARK]: 'shop' } },
    });
    expect(withoutIgnored(web, [['metadata', 'labels', MARK]])).to.deep.equal(web);
  });

  it('lacks a map or a list that held nothing else: Git may as well have none', () => {
    const rest = withoutIgnored(web, [
      ['metadata', 'labels', 'app'],
      ['spec', 'replicas'],
      ['spec', 'containers'],
      ['spec', 'args', '0'],
      ['spec', 'args', '1'],
    ]);
    expect(rest).to.deep.equal({ kind: 'Deployment', metadata: { name: 'web', labels: { [MARK]: 'shop' } } });
    const explicit = { metadata: { name: 'web', annotations: {} } };
    expect(withoutIgnored(explicit, [['metadata', 'annotations', 'a']])).to.deep.equal(explicit);
  });

  it('takes __proto__ for a key like any other', () => {
    const object = JSON.parse(
      '{"metadata":{"name":"a"},"data":{"__proto__":{"a":"1","b":"2"}}}',
    ) as KubeObject;
    const rest = withoutIgnored(object, [['data', '__proto__', 'a']]);
    expect(JSON.stringify(rest)).to.equal('{"metadata":{"name":"a"},"data":{"__proto__":{"b":"2"}}}');
    expect(withoutIgnored(object, [['data', 'toString']])).to.deep.equal(object);
  });

  const name = fc.constantFrom('a', 'b', 'c', '0', '1');
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(1, 'x', true),
      fc.dictionary(name, tie('value')),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  })).value;
  const pointer = fc.array(name, { minLength: 1, maxLength: 4 });
  const objects = value.map((spec): KubeObject => ({ metadata: { name: 'web' }, ...{ spec } }));
  const pointers = fc.array(
    pointer.map((names): Pointer => ['spec', ...names]),
    { maxLength: 3 },
  );

  it('is the same whatever stands where the pointers lead, and nothing else is lost', () => {
    fc.assert(
      fc.property(objects, pointers, value, (object, ignored, other) => {
        const replaced = ignored.reduce((all, one) => replacedAt(all, one, other), structuredClone(object));
        expect(withoutIgnored(replaced, ignored)).to.deep.equal(withoutIgnored(object, ignored));
        expect(contentDigest(replaced, KEY, ignored)).to.equal(contentDigest(object, KEY, ignored));
        const untouched = ignored.filter((one) => valueAt(object, one) === undefined);
        expect(withoutIgnored(object, untouched)).to.deep.equal(object);
      }),
    );
  });

  it('is that of a tree that forgets the order of its pointers, and those below another one', () => {
    fc.assert(
      fc.property(objects, pointers, pointer, (object, ignored, more) => {
        const below = ignored.map((one) => [...one, ...more]);
        const expected = withoutIgnored(object, ignored);
        expect(withoutIgnored(object, [...below, ...ignored.toReversed()])).to.deep.equal(expected);
      }),
    );
  });

  it('has another digest when another field is ignored, though the object has neither', () => {
    const [none, one, other] = [[], [['spec', 'x']], [['spec', 'y']]].map((ignored) =>
      contentDigest(web, KEY, ignored),
    );
    expect(new Set([none, one, other]).size).to.equal(3);
    expect(none).to.equal(contentDigest(web, KEY));
  });
});

describe('a tree of no pointers', () => {
  it('leads nowhere', () => {
    expect(treeOf([])).to.deep.equal({ ends: false, below: new Map() });
  });
});

function valueAt(value: unknown, [first, ...rest]: Pointer): unknown {
  if (first === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return undefined;
  return valueAt((value as Record<string, unknown>)[first], rest);
}

/** Only what is there is replaced: a list keeps its length. */
function replacedAt(object: KubeObject, pointer: Pointer, by: unknown): KubeObject {
  const holder = valueAt(object, pointer.slice(0, -1));
  const last = pointer.at(-1) ?? '';
  if (valueAt(object, pointer) !== undefined) (holder as Record<string, unknown>)[last] = by;
  return object;
}
