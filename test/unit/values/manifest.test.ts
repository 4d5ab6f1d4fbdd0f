import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { HelmYamlError } from '../../../src/values/helm-yaml.ts';
import {
  isExactNumber,
  isObject,
  itemsOf,
  type Manifest,
  parseExactly,
  readManifests,
} from '../../../src/values/manifest.ts';

const read = (text: string, maxAliased?: number): readonly Manifest[] => [
  ...readManifests(Buffer.from(text), maxAliased),
];

describe('manifests', () => {
  it('are the documents that say something, with the line where each begins', () => {
    const found = read('# license\n\n---\n# about a\na: 1\n---\n---\n# nothing\n--- # c\n\n\nc: 3\n');

    expect(found).to.deep.equal([
      { value: { a: 1 }, line: 5 },
      { value: { c: 3 }, line: 12 },
    ]);
  });

  it('keep every digit of an integer', () => {
    const digits = '[9007199254740993, -9223372036854775808, 18446744073709551615, 12]';

    const [manifest] = read(`a: {b: ${digits}}\n9007199254740993: key`);

    expect(JSON.stringify(manifest?.value)).to.equal(
      `{"a":{"b":${digits.replaceAll(' ', '')}},"9007199254740993":"key"}`,
    );
    expect(JSON.stringify(parseExactly(digits))).to.equal(digits.replaceAll(' ', ''));
  });

  it('have numbers that are told from maps', () => {
    expect(isExactNumber(parseExactly('9007199254740993'))).to.equal(true);
    expect([1, '9007199254740993', {}, null].filter(isExactNumber)).to.deep.equal([]);
  });

  it('are given before the mistake in a later one', () => {
    const found: unknown[] = [];

    expect(() => {
      for (const { value } of readManifests(Buffer.from('a: 1\n---\nb: [\n'))) found.push(value);
    }).to.throw(HelmYamlError, 'line 4');
    expect(found).to.deep.equal([{ a: 1 }]);
  });

  it('may not stand for more values by aliases than all of them have room for', () => {
    const one = 'a: &a [1, 2, 3]\nb: [*a, *a]\n';

    expect(read(`${one}---\n${one}`, 16)).to.have.lengthOf(2);
    expect(() => read(`${one}---\n${one}`, 15)).to.throw(HelmYamlError, 'aliases stand for too many values');
  });

  it('that are lists give what is in them', () => {
    expect(itemsOf({ kind: 'ConfigMapList', items: [1, 2] })).to.deep.equal([1, 2]);
    expect(itemsOf({ kind: 'AllowList', spec: {} })).to.deep.equal([{ kind: 'AllowList', spec: {} }]);
    expect(itemsOf('text')).to.deep.equal(['text']);
  });

  it('are objects if they name one', () => {
    expect(isObject({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } })).to.equal(true);
    expect(isObject({ apiVersion: 'v1', kind: 'Secret', metadata: {} })).to.equal(false);
    expect(isObject([])).to.equal(false);
  });

  it('as JSON mean what they mean to JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(parseExactly(text))).to.equal(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});
