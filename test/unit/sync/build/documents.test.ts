import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { documentIn, type ParsedFile, parseFile } from '../../../../src/sync/build/documents.ts';
import { sentenceOf } from '../../../../src/sync/record/failure.ts';

const parse = (text: string | Uint8Array, path = 'apps/web.yaml', governed = false): ParsedFile =>
  parseFile({ path, bytes: typeof text === 'string' ? Buffer.from(text) : text, governed });

const said = (text: string | Uint8Array, path?: string): readonly string[] =>
  parse(text, path).faults.map((fault) => sentenceOf([fault]));

const configMap = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;

const namesIn = ({ documents }: ParsedFile): readonly string[] =>
  documents.map((document) => documentIn('x', document).object.metadata.name);

describe('the documents of a file', () => {
  it('are its objects with their numbers and lines; comments and empty documents are nothing', () => {
    const { documents, faults } = parse(
      `# ours\n---\n${configMap('a')}---\n# nothing here\n---\n\n---\n# b\n${configMap('b')}`,
    );

    expect(faults).to.deep.equal([]);
    expect(documents.map((document) => documentIn('apps/web.yaml', document))).to.deep.equal([
      {
        ...{ file: 'apps/web.yaml', index: 1, line: 3 },
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      },
      {
        ...{ file: 'apps/web.yaml', index: 2, line: 12 },
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
      },
    ]);
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['a comment', '# later\n'],
    ['separators', '---\n---\n...\n'],
    ['white space', ' \n\r\n'],
  ] as const) {
    it(`are none in a file of ${what}`, () => {
      expect(parse(text)).to.deep.equal({
        documents: [],
        faults: [],
        skipped: 0,
      });
    });
  }

  it('may be lists, of one kind or of many, in each other', () => {
    const text = JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'List' },
      items: [
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
        { apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'b' } }] },
      ],
    });

    const { documents, faults } = parse(text, 'list.json');

    expect(faults).to.deep.equal([]);
    expect(documents.map((document) => documentIn('x', document).object)).to.deep.equal([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
    ]);
  });

  for (const [path, text] of [
    ['x.yaml', configMap('a', 'data: {long: 9007199254740993, text: "9007199254740993"}\n')],
    [
      'x.json',
      '\n{\n\t"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},\n\t"data":{"long":9007199254740993,"text":"9007199254740993"}}',
    ],
  ] as const) {
    it(`keep every digit of an integer in ${path}`, () => {
      const { documents } = parse(text, path);

      const [object] = documents.map((document) => documentIn(path, document).object);
      expect(JSON.stringify(object)).to.include('{"long":9007199254740993,"text":"9007199254740993"}');
    });
  }

  it('say by the last of duplicate keys what they say, as to kubectl', () => {
    expect(namesIn(parse(`${configMap('a')}metadata: {name: b}\n`))).to.deep.equal(['b']);
  });

  it('keep a key named __proto__ as a key', () => {
    const { documents } = parse(configMap('a', 'data: {__proto__: x}\n'));

    expect(documents[0]?.body).to.include('"data":{"__proto__":"x"}');
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });

  for (const [what, text, sentence] of [
    [
      'bad YAML, by document and line',
      `${configMap('a')}---\n# b\n${configMap('b', 'data:\n  x: 1\n y: 2\n')}`,
      'apps/web.yaml, document 2, line 11: it is not valid YAML at line 11, column 2: bad indentation of a mapping entry: correct it, or name the file in a .gitsyncignore',
    ],
    [
      'what is no Kubernetes object',
      `${configMap('a')}---\nreplicas: 3\n`,
      'apps/web.yaml, document 2, line 5: it is no Kubernetes object, for it has no apiVersion and no kind and no metadata.name: correct it, or name the file in a .gitsyncignore',
    ],
    [
      'an item of a list',
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a, labels: {on: true}}}\n',
      'apps/web.yaml, document 1, line 1, Secret a, items[0].metadata.labels.true: it must be text, and is a boolean: put it in quotes',
    ],
  ] as const) {
    it(`name ${what}`, () => {
      expect(said(text)).to.deep.equal([sentence]);
    });
  }

  it('before a mistake are known all the same', () => {
    expect(namesIn(parse(`${configMap('a')}---\na: [\n`))).to.deep.equal(['a']);
  });

  it('are refused where aliases make much of little', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'l0: &l0 [x, x, x, x, x, x, x, x, x, x]'
        : `l${String(level)}: &l${String(level)} [${Array.from({ length: 10 }, () => `*l${String(level - 1)}`).join(', ')}]`,
    ).join('\n');
    const long = `data: {a: &a ${'x'.repeat(10_000)}, b: [${Array.from({ length: 5_000 }, () => '*a').join(', ')}]}\n`;

    expect(said(configMap('a', `${levels}\n`))[0]).to.include('aliases stand for too many values');
    expect(said(configMap('a', long))).to.deep.equal([
      'apps/web.yaml, document 1, line 1: with its aliases written out it is larger than 10000000 characters: correct it, or name the file in a .gitsyncignore',
    ]);
  });

  it('are refused when they are nested deeper than anything is', () => {
    const deep = `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

    expect(said(deep, 'x.json')[0]).to.include('nested deeper than 500 levels');
    expect(said(deep, 'x.yaml')).to.have.lengthOf(1);
  });

  it('are not looked for any further after many faults', () => {
    expect(said('a: 1\n---\n'.repeat(1_000))).to.have.lengthOf(20);
  });

  it('are refused when there are too many', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n${'- {apiVersion: v1, kind: A, metadata: {name: a}}\n'.repeat(20_001)}`;

    expect(said(text)).to.deep.equal([
      'apps/web.yaml, document 1, line 1: it holds more than 20000 objects: make several files of it, or name it in a .gitsyncignore',
    ]);
  }).timeout(20_000);

  const release = (spec: string): string =>
    `apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata: {name: web}\n${spec}`;

  it('are no patches of HelmReleases where kustomize has made objects of those', () => {
    const text = `${release('spec: {values: {a: 1}}\n')}---\n${release('spec: {chart: {path: x, git: y}}\n')}`;

    expect(said(text)).to.have.lengthOf(1);
    const governed = parse(text, 'x.yaml', true);
    expect(governed.faults).to.deep.equal([]);
    expect(governed.skipped).to.equal(1);
    expect(governed.documents).to.have.lengthOf(1);
  });

  for (const [annotation, use] of [
    ['fluxcd.io/ignore: "true"', 'leave'],
    ['fluxcd.io/ignore: true', 'leave'],
    ['flux.weave.works/ignore: "true"', 'leave'],
    ['fluxcd.io/ignore: "false"', 'apply'],
    ['fluxcd.io/ignore: sync_only', 'apply'],
    ['fluxcd.io/automated: "true"', 'apply'],
  ] as const) {
    it(`are to be handled as ${use} with ${annotation}, as Flux v1 did`, () => {
      const { documents, faults } = parse(
        `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n    ${annotation}\n`,
      );

      expect(faults).to.deep.equal([]);
      expect(documents.map((document) => document.use)).to.deep.equal([use]);
    });
  }

  it('never make it throw, whatever the bytes', () => {
    const words = fc.constantFrom(
      ...[
        '---\n',
        'a: ',
        '- ',
        '&a ',
        '*a',
        '<<: ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '\n',
        '  ',
        '\t',
        '#',
        '|\n',
        '!!int ',
        '? ',
      ],
      ...[
        'apiVersion: v1\n',
        'kind: List\n',
        'kind: Secret\n',
        'items:\n',
        'metadata: ',
        'name: a',
        'sops: ',
        '1e999',
        '.nan',
        '\0',
      ],
      ...[
        '"kind":"List"',
        ',',
        ':',
        '"items":',
        '9007199254740993',
        '\uFEFF',
        '...\n',
        '%YAML 1.2\n',
        '__proto__: ',
      ],
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(words, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''))),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom('x.yaml', 'x.json'), fc.boolean(), (content, path, governed) => {
        const { documents } = parseFile({ path, bytes: content, governed });
        for (const document of documents) {
          const { object } = documentIn(path, document);
          expect(object.metadata.name).to.be.a('string');
          expect(JSON.stringify(object)).to.equal(document.body);
        }
      }),
      { numRuns: 1_000 },
    );
  }).timeout(60_000);
});
