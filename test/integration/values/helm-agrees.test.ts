import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import type { ValuesSource } from '../../../src/api/values-sources.ts';
import { canonicalJson, canonicalJsonInHelm } from '../../../src/values/canonical-json.ts';
import { composeValues } from '../../../src/values/compose.ts';
import { HelmYamlError, parseHelmYaml } from '../../../src/values/helm-yaml.ts';
import { KEYS, REFUSED, SCALARS } from '../../unit/values/spellings.ts';
import { doubtfulDocument, soundDocument, soundMap } from './documents.ts';
import { createHelmReader, type HelmReader } from './helm.ts';

const signal = new AbortController().signal;

for (const name of ['helm', 'helm3'] as const) {
  describe(`values, as ${name} reads them`, () => {
    let owner: AsyncDisposableStack;
    let helm: HelmReader;

    before(async function () {
      this.timeout(600_000); // the program may have to be built first
      owner = new AsyncDisposableStack();
      helm = await createHelmReader(name, owner);
    });

    after(() => owner.disposeAsync());

    it('are what the unit tests say: every spelling of a value, a key or a mistake', async () => {
      const values = await helm.parse(SCALARS.map(([text]) => `key: ${text}`));
      const keys = await helm.parse(KEYS.map(([text]) => `${text}: x`));

      expect(values.map((value) => value?.['key'])).to.deep.equal(
        SCALARS.map(([, value]) => asStored(value)),
      );
      expect(keys.map((map) => Object.keys(map ?? {}))).to.deep.equal(KEYS.map(([, key]) => [key]));
      expect(await helm.parse(REFUSED)).to.deep.equal(REFUSED.map(() => undefined));
    });

    it('are parsed alike: 400 random documents', async function () {
      this.timeout(60_000);
      const documents = fc.array(soundDocument, { minLength: 200, maxLength: 200, size: 'max' });

      await fc.assert(
        fc.asyncProperty(documents, async (texts) => {
          const theirs = await helm.parse(texts);
          for (const [at, text] of texts.entries()) {
            expect(ours(text), text).to.equal(canonicalJson(theirs[at]));
          }
        }),
        { numRuns: 2, endOnFailure: true },
      );
    });

    it('are refused alike: 400 doubtful documents', async function () {
      this.timeout(60_000);
      const documents = fc.array(doubtfulDocument, { minLength: 200, maxLength: 200, size: 'max' });

      await fc.assert(
        fc.asyncProperty(documents, async (texts) => {
          const theirs = await helm.parse(texts);
          for (const [at, text] of texts.entries()) {
            const their = theirs[at];
            expect(ours(text), text).to.equal(their === undefined ? undefined : canonicalJson(their));
          }
        }),
        { numRuns: 2, endOnFailure: true },
      );
    });

    it('are merged alike, several files and inline values: 5 times 100 random sets', async function () {
      this.timeout(60_000);
      const file = fc.array(soundMap, { minLength: 100, maxLength: 100, size: 'max' });
      const inline = fc.dictionary(
        fc.constantFrom('case0', 'case1', 'case2', 'own'),
        fc.jsonValue({ maxDepth: 3 }),
      );

      await fc.assert(
        fc.asyncProperty(
          fc.array(file, { minLength: 3, maxLength: 3, size: 'max' }),
          inline,
          async (files, own) => {
            const contents = files.map((maps) =>
              Buffer.from(
                `anchor: &base {a: 1, z: yes}\n${maps.map((map, at) => `case${String(at)}:\n${map}`).join('')}`,
              ),
            );

            const theirs = await helm.merge(contents, own);

            expect(canonicalJsonInHelm(await compose(contents, own))).to.equal(canonicalJson(theirs));
          },
        ),
        { numRuns: 5, endOnFailure: true },
      );
    });
  });
}

describe('a values file with several documents', () => {
  const file = Buffer.from('# nothing yet\n---\na: {b: 1}\n--- # more\na: {c: 2}\nd: null\n');

  it('is merged by helm 4, as we do', async function () {
    this.timeout(600_000);
    await using owner = new AsyncDisposableStack();
    const helm = await createHelmReader('helm', owner);

    expect(await helm.merge([file], {})).to.deep.equal({ a: { b: 1, c: 2 }, d: null });
    expect(await compose([file], {})).to.deep.equal({ a: { b: 1, c: 2 }, d: null });
  });

  it('loses all but its first document in helm 3, of which we warn', async function () {
    this.timeout(600_000);
    await using owner = new AsyncDisposableStack();
    const helm = await createHelmReader('helm3', owner);

    expect(await helm.merge([Buffer.from('a: 1\n---\nb: 2\n')], {})).to.deep.equal({ a: 1 });
  });
});

/** As canonical JSON; undefined if we refuse the document. */
function ours(text: string): string | undefined {
  try {
    return canonicalJsonInHelm(parseHelmYaml(Buffer.from(text)).documents[0]);
  } catch (error) {
    if (error instanceof HelmYamlError) return undefined;
    throw error;
  }
}

function asStored(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

async function compose(contents: readonly Buffer[], inline: unknown): Promise<unknown> {
  const sources = contents.map((_, at): ValuesSource => ({
    kind: 'url',
    url: `http://${String(at)}/`,
    optional: false,
  }));
  const readers = {
    configMap: () => Promise.resolve(undefined),
    secret: () => Promise.resolve(undefined),
    fetchExternal: (url: string) =>
      Promise.resolve(contents[Number(new URL(url).hostname.split('.').at(-1))] ?? Buffer.alloc(0)),
  };
  return (await composeValues(sources, inline, readers, signal)).merged;
}
