import { expect } from 'chai';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { findJsonBlocks } from '../../../../src/charts/repository/json-blocks.ts';
import { bytesOf } from '../../../../src/charts/repository/bytes.ts';
import { type IndexEntry, readEntries } from '../../../../src/charts/repository/index-entry.ts';
import { cutIndex, IndexError, readCut } from '../../../../src/charts/repository/read-index.ts';

const entriesOf = (text: string, chart: string): readonly IndexEntry[] | undefined => {
  const { instead = Buffer.from(text), charts, form } = cutIndex(bytesOf(Buffer.from(text)));
  const range = charts.get(chart);
  return range && readCut(instead.subarray(range.start, range.end), form);
};
const isCutInPlace = (text: string): boolean => cutIndex(bytesOf(Buffer.from(text))).instead === undefined;

const DIGEST = 'ab'.repeat(32);

/** As `helm repo index` writes it. */
const USUAL = `apiVersion: v1
entries:
  db:
  - apiVersion: v2
    created: "2024-01-02T03:04:05.6Z"
    deprecated: true
    description: |-
      entries:
      web:
      - none of this counts
    digest: sha256:${DIGEST.toUpperCase()}
    urls:
    - https://example.com/db-2.0.tgz
    - https://elsewhere.example.com/db.tgz
    version: 2.10
  # a comment
  web-app:
    - version: 1.0.0
      urls: [web-1.0.0.tgz]
    - version: 1.1.0
generated: "2024-01-01T00:00:00Z"
`;

describe('cutIndex', () => {
  it('cuts the usual layout in place and reads the wanted chart', () => {
    expect(isCutInPlace(USUAL)).to.equal(true);
    expect(entriesOf(USUAL, 'db')).to.deep.equal([
      {
        version: '2.10',
        url: 'https://example.com/db-2.0.tgz',
        digest: DIGEST,
        created: '2024-01-02T03:04:05.6Z',
        deprecated: true,
      },
    ]);
    expect(entriesOf(USUAL, 'web-app')).to.deep.equal([
      { version: '1.0.0', url: 'web-1.0.0.tgz' },
      { version: '1.1.0' },
    ]);
    expect(entriesOf(USUAL, 'web')).to.equal(undefined);
  });

  it('reads the same from Windows line ends, from entries at the end and from quoted names', () => {
    const windows = USUAL.replaceAll('\n', '\r\n');
    const atEnd = `generated: now\nentries:\n  "db":\n  - version: 1.0.0`;

    expect(isCutInPlace(windows) && isCutInPlace(atEnd)).to.equal(true);
    expect(entriesOf(windows, 'db')).to.deep.equal(entriesOf(USUAL, 'db'));
    expect(entriesOf(atEnd, 'db')).to.deep.equal([{ version: '1.0.0' }]);
  });

  for (const [what, text] of [
    ['flow style', 'apiVersion: v1\nentries: {db: [{version: 1.0.0}]}'],
    ['aliases', 'apiVersion: v1\nentries:\n  a: &a\n  - version: 1.0.0\n  db: *a\n'],
    ['an anchor on the entries', 'entries: &e\n  db:\n  - version: 1.0.0\n'],
    ['odd keys', 'entries:\n  ? db\n  :\n  - version: 1.0.0\n'],
    ['JSON in YAML', 'entries: {"db": [{"version": "1.0.0"}]}'],
  ] as const) {
    it(`parses an index with ${what} whole`, () => {
      expect(isCutInPlace(text)).to.equal(false);
      expect(entriesOf(text, 'db')).to.deep.equal([{ version: '1.0.0' }]);
    });
  }

  for (const [what, text, complaint] of [
    [
      'a web page',
      '<!DOCTYPE html>\n<html><body>Not Found: no such page</body></html>',
      /is not YAML|has no entries/,
    ],
    ['an empty file', ' \n', /^is empty$/],
    ['a list', '- a\n- b', /has no entries/],
    ['a text', 'hello', /has no entries/],
    ['broken YAML', 'apiVersion: v1\nentries: [', /is not YAML: /],
    ['broken JSON', '{"entries": ', /is not YAML: /],
    [
      'broken YAML around good entries',
      'apiVersion: [\nentries:\n  db:\n  - version: 1.0.0\n',
      /is not YAML: /,
    ],
    ['a chart twice', 'entries:\n  db:\n  - version: 1.0.0\n  db:\n  - version: 2.0.0\n', /is not YAML: /],
    ['an alias bomb', bomb(), /is not YAML: .*alias/],
    ['depth', `a: ${'['.repeat(10_000)}`, /is not YAML: /],
  ] as const) {
    it(`says what is wrong with ${what}, in one line`, () => {
      expect(() => entriesOf(text, 'db'))
        .to.throw(IndexError, complaint)
        .with.property('message')
        .that.does.not.contain('\n');
    });
  }

  it('cuts JSON in place, however it is laid out', () => {
    for (const text of [
      '{"apiVersion":"v1","entries":{"db":[{"version":"1.0.0"}]}}',
      ' {\n\t"entries" :\r\n  {"a": [], "db":\n [{"version": "1.0.0", "x": "]}\\"\\\\"}]\n } , "generated": 1}\n',
      '{"entries": {"db": "first"}, "entries": {"db": [], "d\\u0062": [{"version": "1.0.0"}]}}',
    ]) {
      expect(isCutInPlace(text), text).to.equal(true);
      expect(entriesOf(text, 'db'), text).to.deep.equal([{ version: '1.0.0' }]);
    }
  });

  it('finds the same lists in JSON in place as by parsing it, and never another', () => {
    const index = fc.record({ entries: fc.dictionary(fc.string(), fc.jsonValue()), other: fc.jsonValue() });
    fc.assert(
      fc.property(index, fc.nat(3), fc.boolean(), ({ entries, other }, indent, first) => {
        const text = JSON.stringify(first ? { other, entries } : { entries, other }, undefined, indent);
        const blocks = findJsonBlocks(bytesOf(Buffer.from(text)));

        expect([...(blocks?.charts.keys() ?? [])].sort()).to.deep.equal(Object.keys(entries).sort());
        for (const [name, { start, end }] of blocks?.charts ?? [])
          expect(JSON.parse(Buffer.from(text).toString('utf8', start, end))).to.deep.equal(
            JSON.parse(JSON.stringify(entries[name])),
          );
      }),
    );
  });

  it('finds nothing in JSON that ends too soon, and says what is wrong with what it found', () => {
    const whole = '{"entries": {"db": [{"version": "1.0.0"}], "web": [1]}, "a": "b\\""}';
    for (let end = 0; end < whole.length; end += 1) {
      expect(findJsonBlocks(bytesOf(Buffer.from(whole.slice(0, end)))), whole.slice(0, end)).to.equal(
        undefined,
      );
    }
    expect(() => entriesOf('{"entries": {"db": [nonsense]}}', 'db')).to.throw(IndexError, /^is not YAML: /);
    expect(() => entriesOf('{"entries": {"db": []}, "a": nonsense}', 'db')).to.throw(
      IndexError,
      /^is not YAML: /,
    );
  });

  it('takes an empty index for one without charts', () => {
    for (const text of [
      '{"entries": {}}',
      'apiVersion: v1\n',
      'apiVersion: v1\nentries: {}\n',
      'apiVersion: v1\nentries:\n',
    ]) {
      expect(cutIndex(bytesOf(Buffer.from(text))).charts.size, text).to.equal(0);
    }
  });

  it('is not led astray by hostile names', () => {
    const text = '{"entries": {"__proto__": [{"version": "1.0.0"}], "constructor": [{"version": "2.0.0"}]}}';

    expect(entriesOf(text, '__proto__')).to.deep.equal([{ version: '1.0.0' }]);
    expect(entriesOf(text, 'constructor')).to.deep.equal([{ version: '2.0.0' }]);
    expect(entriesOf(text, 'toString')).to.equal(undefined);
    expect(({} as Record<string, unknown>)['version']).to.equal(undefined);
  });

  it('finds the same entries in place as by parsing whole, whatever the charts are called and say', () => {
    const word = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const entry = fc.record({
      version: word,
      description: fc.string(),
      urls: fc.array(word, { maxLength: 2 }),
    });
    const index = fc.dictionary(word, fc.array(entry, { maxLength: 3 }), { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(index, fc.boolean(), (entries, noIndent) => {
        const text = dump(
          { apiVersion: 'v1', entries, generated: 'now' },
          { seqNoIndent: noIndent, lineWidth: 20 },
        );

        for (const [name, list] of Object.entries(entries)) {
          expect(entriesOf(text, name), text).to.deep.equal(readEntries(list));
        }
      }),
    );
  });
});

describe('readEntries', () => {
  it('passes over what is no entry', () => {
    const list = [
      null,
      'text',
      7,
      [],
      {},
      { version: 5 },
      { version: '' },
      { version: 'a\nb' },
      { version: '1.0.0' },
    ];

    expect(readEntries(list)).to.deep.equal([{ version: '1.0.0' }]);
    expect(readEntries('text')).to.deep.equal([]);
  });

  it('leaves out digests that are no SHA-256 and URLs that are no text', () => {
    expect(readEntries([{ version: '1.0.0', digest: 'md5:abc', urls: [{}] }])).to.deep.equal([
      { version: '1.0.0' },
    ]);
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 30 },
    (_, level) =>
      `l${String(level + 1)}: &l${String(level + 1)} [${Array<string>(500)
        .fill(`*l${String(level)}`)
        .join(', ')}]`,
  );
  return `l0: &l0 x\n${levels.join('\n')}\nentries: {}\n`;
}
