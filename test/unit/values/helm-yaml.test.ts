import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { HelmYamlError, parseHelmYaml } from '../../../src/values/helm-yaml.ts';
import { KEYS, REFUSED, SCALARS } from './spellings.ts';

function parse(text: string): unknown {
  return parseHelmYaml(Buffer.from(text)).documents[0];
}

/** The message of the error that a document gives. */
function problem(text: string | Buffer): string {
  try {
    parseHelmYaml(Buffer.from(text));
  } catch (error) {
    if (error instanceof HelmYamlError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('helm YAML', () => {
  for (const [text, value] of SCALARS) {
    it(`reads ${text === '' ? 'nothing' : text} as ${typeof value} ${String(value)}`, () => {
      expect(parse(`key: ${text}`)).to.deep.equal({ key: value });
    });
  }

  for (const [text, key] of KEYS) {
    it(`makes the key ${text} into "${key}"`, () => {
      expect(Object.keys(parse(`${text}: x`) as object)).to.deep.equal([key]);
    });
  }

  it('lets the last of duplicate keys count, and a merge key override what is above it', () => {
    expect(parse('a: 1\na: 2')).to.deep.equal({ a: 2 });
    expect(parse('m: {x: 1, <<: {x: 2, z: 3}, z: 4}')).to.deep.equal({ m: { x: 2, z: 4 } });
    expect(parse('a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}')).to.have.deep.property('c', {
      x: 1,
      z: 3,
    });
    expect(parse('"<<": {x: 2}')).to.deep.equal({ '<<': { x: 2 } });
  });

  it('reads several documents, empty ones and Windows line ends', () => {
    const { documents } = parseHelmYaml(
      Buffer.from('# first\r\n---\r\na: |\r\n  x\r\n  y\r\n--- # second\r\nb: 1\r\n'),
    );

    expect(documents).to.deep.equal([null, { a: 'x\ny\n' }, { b: 1 }]);
  });

  it('says on which lines helm rounds an integer', () => {
    const { roundedAt } = parseHelmYaml(
      Buffer.from('a: 1\n---\nb: 9007199254740993\nc: [1, 18446744073709551615]\n'),
    );

    expect(roundedAt).to.deep.equal([3, 4]);
  });

  it('gives maps without a prototype, so that no key can pollute one', () => {
    const value = parse(
      '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n<<: {__proto__: 1}',
    );

    expect(Object.keys(value as object)).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).to.equal(null);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  const mistakes: readonly (readonly [what: string, text: string | Buffer, message: string])[] = [
    [
      'a tab in the indentation',
      'a:\n  b: 1\n\tc: 2',
      'not valid YAML at line 3, column 1: tab characters must not be used in indentation',
    ],
    ['a bracket left open', 'a: [1, 2\nb: 3', 'not valid YAML at line 2, column 1: deficient indentation'],
    [
      'a mistake in the second document',
      'a: 1\n---\nb: 1\n c: 2',
      'not valid YAML at line 4, column 3: bad indentation of a mapping entry',
    ],
    [
      'an alias without anchor',
      'a: *s3cret',
      'not valid YAML at line 1, column 5: an alias has no anchor before it',
    ],
    [
      'a node that holds itself',
      'a: &a [*a]',
      'not valid YAML at line 1, column 9: an alias has no anchor before it',
    ],
    [
      'a merge of no map',
      'a: {<<: 1}',
      'not valid YAML at line 1, column 9: a merge key (<<) needs a map or a list of maps',
    ],
    [
      'a list as key',
      '? [s3cret]\n: x',
      'not valid YAML at line 1, column 3: a key must be a string, a number or a boolean',
    ],
    [
      'a null key',
      '~: x',
      'not valid YAML at line 1, column 1: a key must be a string, a number or a boolean',
    ],
    [
      'not-a-number',
      'a:\n  - .nan',
      'not valid YAML at line 2, column 5: infinity and not-a-number cannot be written as JSON',
    ],
    [
      'a tag that does not fit',
      'a: !!int s3cret',
      'not valid YAML at line 1, column 10: a value does not fit its tag',
    ],
    [
      'text behind a separator',
      'a: 1\n--- b: 2',
      'not valid YAML at line 2, column 4: only a comment may follow a document separator',
    ],
    [
      'bytes that are no text',
      Buffer.from([0x61, 0x3a, 0x20, 0xff]),
      'not valid YAML at line 1, column 1: it is not UTF-8 text',
    ],
  ];
  for (const [what, text, message] of mistakes) {
    it(`refuses ${what}, with the place`, () => {
      expect(problem(text)).to.equal(message);
    });
  }

  for (const text of REFUSED) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(problem(text)).to.match(/^not valid YAML at line \d+, column \d+: /);
    });
  }

  const bombs: readonly (readonly [what: string, text: string, message: string])[] = [
    ['a billion laughs', laughs(), 'aliases stand for too many values'],
    ['deep brackets', `a: ${'['.repeat(200_000)}`, 'nesting exceeded maxDepth'],
    ['deep dashes', '- '.repeat(200_000), 'nesting exceeded maxDepth'],
    [
      'a chain of anchors',
      Array.from({ length: 5_000 }, (_, at) => `a${String(at)}: &a${String(at)} [*a${String(at - 1)}]`)
        .join('\n')
        .replace('*a-1', 'x'),
      'nested deeper than 500 levels',
    ],
    [
      'one large map merged many times',
      `a: &a {${Array.from({ length: 2_000 }, (_, at) => `k${String(at)}: 1`).join(', ')}}\n${Array.from({ length: 9_000 }, (_, at) => `b${String(at)}: {<<: *a}`).join('\n')}`,
      'aliases stand for too many values',
    ],
  ];
  for (const [what, text, message] of bombs) {
    it(`refuses ${what} within a second`, () => {
      const began = performance.now();

      expect(problem(text)).to.contain(message);
      expect(performance.now() - began).to.be.below(1_000);
    });
  }

  it('never repeats a piece of the document in an error', () => {
    const canary = 'c4n4ry';
    const pieces = [
      '&',
      '*',
      '!',
      '!!int ',
      '!<',
      '"',
      "'",
      ': ',
      '? ',
      '- ',
      '[',
      '{',
      '}',
      '\n',
      '\t',
      '|',
      '%',
      ' ',
      '<<: ',
    ];
    const piece = fc.oneof(fc.constantFrom(...pieces), fc.constant(canary));

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        expect(problem(parts.join(''))).to.not.contain(canary);
      }),
      { numRuns: 3_000 },
    );
  });
});

function laughs(): string {
  const names = 'abcdefghij'.split('');
  const lines = names.map((name, at) => {
    const inside = at === 0 ? 'x' : `*${names[at - 1] ?? ''}`;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => inside).join(', ')}]`;
  });
  return lines.join('\n');
}
