import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { formatPointer, pointerOf } from '../../../../src/api/gitsync/pointer.ts';

describe('a JSON pointer', () => {
  for (const [text, pointer] of [
    ['/spec/replicas', ['spec', 'replicas']],
    ['/metadata/annotations/example.com~1checked', ['metadata', 'annotations', 'example.com/checked']],
    ['/data/a~0b', ['data', 'a~b']],
    ['/data/~01', ['data', '~1']],
    ['/data/', ['data', '']],
    ['/spec/containers/0', ['spec', 'containers', '0']],
    ['/data/two\nlines', ['data', 'two\nlines']],
  ] as const) {
    it(`${JSON.stringify(text)} names its keys`, () => {
      expect(pointerOf(text)).to.deep.equal(pointer);
    });
  }

  for (const text of ['', 'spec', 'spec/replicas', '#/spec', '/a~', '/a~2', '/~/b']) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(pointerOf(text)).to.equal(undefined);
    });
  }

  it('is written as it is read, whatever its keys hold', () => {
    const key = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a') }));
    fc.assert(
      fc.property(fc.array(key, { minLength: 1 }), (keys) => {
        expect(pointerOf(formatPointer(keys))).to.deep.equal(keys);
      }),
    );
  });
});
