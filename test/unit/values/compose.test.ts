import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describe as describeError, ValuesError } from '../../../src/api/errors.ts';
import type { ValuesSource } from '../../../src/api/values-sources.ts';
import { composeValues, type Values } from '../../../src/values/compose.ts';
import { RoomError } from '../../../src/values/room-error.ts';
import { createSharedContent } from '../../../src/values/shared-content.ts';
import { valuesReferences } from '../../../src/values/source.ts';
import { type Fixture, readersOf } from './readers.ts';

const signal = new AbortController().signal;

function configMap(name: string, optional = false): ValuesSource {
  return { kind: 'configMap', namespace: 'shop', name, key: 'values.yaml', optional };
}

function secret(name: string, optional = false, key = 'values.yaml'): ValuesSource {
  return { kind: 'secret', namespace: 'shop', name, key, optional };
}

function compose(sources: readonly ValuesSource[], fixture: Fixture, inline?: unknown): Promise<Values> {
  return composeValues(sources, inline, readersOf(fixture), signal);
}

/** What `kubectl describe` would show. */
async function problem(
  sources: readonly ValuesSource[],
  fixture: Fixture = {},
  inline?: unknown,
): Promise<string> {
  try {
    await compose(sources, fixture, inline);
  } catch (error) {
    expect(error).to.be.instanceOf(ValuesError);
    return describeError(error);
  }
  return 'no error';
}

describe('composing values', () => {
  it('says how much room it needs before anything is made of what is too much', async () => {
    const configMaps = { 'shop/web': { 'values.yaml': '{ no: [yaml' } };

    const caught: unknown = await composeValues(
      [configMap('web')],
      {},
      readersOf({ configMaps }),
      signal,
      10,
    ).catch((error: unknown) => error);

    expect(caught).to.be.instanceOf(RoomError).and.have.property('bytes', 11);
  });

  it('says so of all sources together, so that it is asked once more and not for each of them', async () => {
    const url = 'https://values.example.com/web.yaml';
    const fetched: string[] = [];
    const fixture = {
      configMaps: {
        'shop/web': { 'values.yaml': 'text: 1234\n' },
        'shop/more': { 'values.yaml': '{ no: [yaml' },
      },
      urls: { [url]: `text: ${'x'.repeat(20_000)}\n` },
    };
    const readers = {
      ...readersOf(fixture),
      fetchExternal: (asked: string) => {
        fetched.push(asked);
        return readersOf(fixture).fetchExternal(asked, signal);
      },
    };
    const composing = composeValues(
      [
        configMap('web'),
        { kind: 'url', url, optional: false },
        configMap('more'),
        { kind: 'url', url, optional: true },
      ],
      {},
      readers,
      signal,
      10_000,
    );

    expect(await composing.catch((error: unknown) => error))
      .to.be.instanceOf(RoomError)
      .and.have.property('bytes', 11 + 2 * 20_007 + 11);
    expect(fetched).to.deep.equal([url, url]);
  });

  it('reads and parses once for all who compose the same object at the same time', async () => {
    const object = { data: { 'values.yaml': 'a: 1\n' } };
    const readers = {
      ...readersOf({}),
      configMap: () => Promise.resolve(object),
      shared: createSharedContent(),
    };

    const [one, two] = await Promise.all([
      composeValues([configMap('web')], { b: 1 }, readers, signal),
      composeValues([configMap('web')], { b: 2 }, readers, signal),
    ]);

    expect(one.files[0]?.content).to.equal(two.files[0]?.content);
    expect([one.merged, two.merged]).to.deep.equal([
      { a: 1, b: 1 },
      { a: 1, b: 2 },
    ]);
  });

  it('keeps the sources in order, byte for byte, and puts spec.values on top', async () => {
    const values = await compose(
      [
        secret('first'),
        configMap('second'),
        { kind: 'url', url: 'https://config.example/v.yaml', optional: false },
        { kind: 'chartFile', path: './envs//prod.yaml', optional: false },
      ],
      {
        secrets: { 'shop/first': { 'values.yaml': 'a: 1 # s3cret\nb: yes\n' } },
        configMaps: { 'shop/second': { 'values.yaml': 'a: 2\nc: {d: 1, e: 1}\n' } },
        urls: { 'https://config.example/v.yaml': 'c: {e: 2}' },
        chartFiles: { 'envs/prod.yaml': '' },
      },
      { c: { f: null } },
    );

    expect(
      values.files.map(({ origin, content, secret: isSecret }) => [origin, content.toString(), isSecret]),
    ).to.deep.equal([
      ['Secret shop/first key values.yaml', 'a: 1 # s3cret\nb: yes\n', true],
      ['ConfigMap shop/second key values.yaml', 'a: 2\nc: {d: 1, e: 1}\n', false],
      ['URL https://config.example/v.yaml', 'c: {e: 2}', false],
      ['chart file ./envs//prod.yaml', '', false],
    ]);
    expect(values.inline).to.deep.equal({ c: { f: null } });
    expect(values.merged).to.deep.equal({ a: 2, b: true, c: { d: 1, e: 2, f: null } });
    expect(values.warnings).to.deep.equal([]);
  });

  it('collects the texts to mask from Secrets only', async () => {
    const { secrets } = await compose([secret('s'), configMap('c')], {
      secrets: { 'shop/s': { 'values.yaml': 'password: hunter2hunter2' } },
      configMaps: { 'shop/c': { 'values.yaml': 'host: not-a-secret' } },
    });

    expect(secrets).to.have.members(['hunter2hunter2', Buffer.from('hunter2hunter2').toString('base64')]);
  });

  it('names what to watch once each, missing or not', () => {
    const sources = [secret('s'), secret('s', false, 'other'), configMap('c'), configMap('gone', true)];

    expect(valuesReferences(sources)).to.deep.equal([
      { kind: 'Secret', namespace: 'shop', name: 's' },
      { kind: 'ConfigMap', namespace: 'shop', name: 'c' },
      { kind: 'ConfigMap', namespace: 'shop', name: 'gone' },
    ]);
  });

  it('reads binary data of a ConfigMap, and takes no inherited property for a key', async () => {
    const readers = {
      ...readersOf({}),
      configMap: () => Promise.resolve({ data: {}, binaryData: { 'values.yaml': 'YTogMQ==' } }),
    };

    const { merged } = await composeValues([configMap('c')], undefined, readers, signal);

    expect(merged).to.deep.equal({ a: 1 });
    expect(await problem([secret('s', false, 'constructor')], { secrets: { 'shop/s': {} } })).to.equal(
      'Secret shop/s has no key constructor: it is read again as soon as the key appears',
    );
  });

  const wrong: readonly (readonly [what: string, source: ValuesSource, fixture: Fixture, message: string])[] =
    [
      [
        'a missing ConfigMap',
        configMap('web'),
        {},
        'ConfigMap shop/web, whose key values.yaml holds values, does not exist: it is read again as soon as it appears',
      ],
      [
        'a missing Secret',
        secret('web'),
        {},
        'Secret shop/web, whose key values.yaml holds values, does not exist: it is read again as soon as it appears',
      ],
      [
        'a missing key',
        secret('web'),
        { secrets: { 'shop/web': { other: '' } } },
        'Secret shop/web has no key values.yaml: it is read again as soon as the key appears',
      ],
      [
        'a document that is no YAML',
        secret('web'),
        { secrets: { 'shop/web': { 'values.yaml': 'password: hunter2\n  more: [' } } },
        'Secret shop/web key values.yaml is not valid YAML at line 2, column 7: bad indentation of a mapping entry: correct the document',
      ],
      [
        'a list',
        configMap('web'),
        { configMaps: { 'shop/web': { 'values.yaml': '- a\n- b' } } },
        'ConfigMap shop/web key values.yaml is a list, not a map of values: correct the document',
      ],
      [
        'a text',
        secret('web'),
        { secrets: { 'shop/web': { 'values.yaml': 'hunter2' } } },
        'Secret shop/web key values.yaml is a string, not a map of values: correct the document',
      ],
      [
        'a document that is too large',
        configMap('web'),
        { configMaps: { 'shop/web': { 'values.yaml': `a: ${'x'.repeat(1024 * 1024)}` } } },
        'ConfigMap shop/web key values.yaml is larger than 1 MiB, the limit for one source of values',
      ],
      [
        'a URL that cannot be read',
        { kind: 'url', url: 'https://u:hunter2@config.example/v.yaml?token=hunter2', optional: false },
        { urls: {} },
        'cannot read values from URL https://config.example/v.yaml: no such file',
      ],
      [
        'a chart file that is not there',
        { kind: 'chartFile', path: 'prod.yaml', optional: false },
        {},
        'cannot read values from chart file prod.yaml: no such file',
      ],
      ...['../prod.yaml', '/etc/passwd', 'a/../../b', 'a\\b', ''].map(
        (path) =>
          [
            `the path "${path}"`,
            { kind: 'chartFile', path, optional: false },
            { chartFiles: { [path]: 'a: 1' } },
            `cannot read values from chart file ${path}: the path must lead to a file inside the chart, without ..`,
          ] as const,
      ),
    ];
  for (const [what, source, fixture, message] of wrong) {
    it(`refuses ${what}, unless it is optional`, async () => {
      expect(await problem([source], fixture)).to.equal(message);
      if (what.includes('too large')) return;

      const { files, merged } = await compose([{ ...source, optional: true }, configMap('good')], {
        ...fixture,
        configMaps: { ...fixture.configMaps, 'shop/good': { 'values.yaml': 'a: 1' } },
      });
      expect(files).to.have.length(1);
      expect(merged).to.deep.equal({ a: 1 });
    });
  }

  it('does not take a failed read for a missing object, not even of an optional one', async () => {
    const forbidden = new Error('secrets "web" is forbidden');
    const readers = { ...readersOf({}), secret: () => Promise.reject(forbidden) };

    const error: unknown = await composeValues([secret('web', true)], {}, readers, signal).catch(
      (caught: unknown) => caught,
    );

    expect(error).to.be.instanceOf(ValuesError).with.property('cause', forbidden);
    expect(describeError(error)).to.equal(
      'cannot read Secret shop/web key values.yaml: secrets "web" is forbidden',
    );
  });

  it('names several problems at once', async () => {
    expect(
      await problem([configMap('a'), secret('b'), secret('c'), secret('d')], { secrets: { 'shop/b': {} } }),
    ).to.equal(
      [
        'ConfigMap shop/a, whose key values.yaml holds values, does not exist: it is read again as soon as it appears',
        'Secret shop/b has no key values.yaml: it is read again as soon as the key appears',
        'Secret shop/c, whose key values.yaml holds values, does not exist: it is read again as soon as it appears',
      ].join('; '),
    );
  });

  it('refuses more than 16 MiB in all', async () => {
    const large = { 'values.yaml': `a: ${'x'.repeat(1_000_000)}` };
    const sources = Array.from({ length: 30 }, () => configMap('large'));

    expect(await problem(sources, { configMaps: { 'shop/large': large } })).to.equal(
      'all sources of values together are larger than 16 MiB',
    );
  });

  const odd: readonly (readonly [inline: unknown, warning: string])[] = [
    [['a'], 'spec.values is a list, not a map, and counts as empty'],
    ['text', 'spec.values is a string, not a map, and counts as empty'],
    [42, 'spec.values is a number, not a map, and counts as empty'],
  ];
  for (const [inline, warning] of odd) {
    it(`accepts ${JSON.stringify(inline)} as spec.values, with a warning`, async () => {
      const values = await compose([], {}, inline);

      expect(values.inline).to.equal(undefined);
      expect(values.merged).to.deep.equal({});
      expect(values.warnings).to.deep.equal([warning]);
    });
  }

  it('takes null and nothing for no values at all, without a warning', async () => {
    for (const inline of [null, undefined]) {
      const { inline: own, warnings } = await compose([], {}, inline);
      expect([own, warnings]).to.deep.equal([undefined, []]);
    }
  });

  it('warns of what helm reads otherwise than its author may think', async () => {
    const { warnings } = await compose(
      [configMap('ids'), configMap('two'), { kind: 'url', url: 'http://x.example/', optional: true }],
      {
        configMaps: {
          'shop/ids': { 'values.yaml': '# ids\na: 9007199254740993\n' },
          'shop/two': { 'values.yaml': 'a: 1\n---\nb: 1\n' },
        },
      },
      { account: { ids: [1, 2 ** 53] } },
    );

    expect(warnings).to.deep.equal([
      'ConfigMap shop/ids key values.yaml, line 2: helm rounds integers beyond 2^53; write them in quotes to keep every digit',
      'ConfigMap shop/two key values.yaml holds several YAML documents: helm 4 merges them, helm 3 reads only the first',
      'optional values are left out: URL http://x.example/: no such file',
      'spec.values.account.ids[1]: helm rounds integers beyond 2^53; write them in quotes to keep every digit',
    ]);
  });

  it('refuses inline values that are nested too deep to walk', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(600)}1${'}'.repeat(600)}`) as unknown;

    expect(await problem([], {}, deep)).to.equal(
      'spec.values is nested deeper than 500 levels: make it flatter',
    );
  });

  it('ends with the reason of its signal, not with an error about values', async () => {
    const stop = new AbortController();
    const readers = {
      ...readersOf({}),
      secret: () => {
        stop.abort(new Error('stopping'));
        return Promise.reject(new Error('connection closed'));
      },
    };

    const error: unknown = await composeValues([secret('web')], {}, readers, stop.signal).catch(
      (caught: unknown) => caught,
    );

    expect(error).to.equal(stop.signal.reason);
  });
});
