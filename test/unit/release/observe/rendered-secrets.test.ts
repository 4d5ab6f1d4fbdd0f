import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Hidden, mask } from '../../../../src/helm/errors/mask.ts';
import type { RevisionRecord } from '../../../../src/helm/storage/revision.ts';
import type { Storage } from '../../../../src/helm/storage/storage.ts';
import type { StoredRelease } from '../../../../src/helm/storage/stored-release.ts';
import { createRenderedSecrets, hiddenIn } from '../../../../src/release/observe/rendered-secrets.ts';

const signal = new AbortController().signal;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function stored(manifest: string, ...hooks: readonly string[]): StoredRelease {
  return {
    name: 'web',
    namespace: 'shop',
    manifest,
    hooks: hooks.map((each) => ({ manifest: each })),
  } as unknown as StoredRelease;
}

const secret = (data: string): string =>
  `---\n# Source: web/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: web-database\n${data}`;

function wordsOf(hidden: Hidden): readonly string[] {
  if (hidden.kind === 'words') return hidden.words;
  throw new Error(hidden.why);
}

describe('the secrets that a chart renders', () => {
  const masked = (release: StoredRelease, text: string): string => mask(text, wordsOf(hiddenIn(release)));

  it('are masked as they are and in base64, whether data or stringData, of the release and of its hooks', () => {
    const release = stored(
      secret(`data:\n  password: ${base64('hunter2-battery')}\n`) +
        secret('stringData: {token: abcd-efgh}\n'),
      secret('stringData: {key: from-a-hook}\n'),
    );

    const text = `a hunter2-battery b ${base64('hunter2-battery')} c abcd-efgh ${base64('abcd-efgh')} d from-a-hook`;

    expect(masked(release, text)).to.equal('a *** b *** c *** *** d ***');
  });

  it('are masked one by one where a Secret holds a whole document', () => {
    const config = { auths: { 'registry.example': { auth: base64('user:pass-of-registry') } } };
    const release = stored(
      secret(`data:\n  .dockerconfigjson: ${base64(JSON.stringify(config))}\n`) +
        secret('stringData:\n  app.yaml: |\n    db:\n      pass: inner-password\n'),
    );

    expect(masked(release, `x ${base64('user:pass-of-registry')} y inner-password z`)).to.equal(
      'x *** y *** z',
    );
  });

  it('are found in a List, and not taken from other kinds', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ kind: 'Secret', stringData: { a: 'in-a-list' } }],
    };
    const release = stored(`${JSON.stringify(list)}\n---\nkind: ConfigMap\ndata: {Secret: not-hidden}\n`);

    expect(masked(release, 'in-a-list not-hidden')).to.equal('*** not-hidden');
  });

  it('leave the names of objects alone, without which a message says nothing', () => {
    const release = stored(
      secret('stringData: {host: web-database, user: database, kind: Secret, ns: shop}\n'),
    );

    expect(masked(release, 'Secret shop/web-database is invalid')).to.equal(
      'Secret shop/web-database is invalid',
    );
  });

  it('are masked as base64 where they are no text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 1, 2, 3, 4, 5, 6]).toString('base64');

    expect(masked(stored(secret(`data:\n  a: ${bytes}\n`)), `data ${bytes}`)).to.equal('data ***');
  });

  it('are everything where a Secret cannot be read, and what is in one may be no YAML', () => {
    const torn = stored(`${secret('stringData: {a: hunter22}\n')}---\nkind: Secret\n  broken: [\n`);
    const text = stored(secret('stringData: {a: "{ torn"}\n'));

    expect(hiddenIn(torn).kind).to.equal('everything');
    expect(hiddenIn(torn)).to.have.property('why').that.does.not.contain('broken');
    expect(masked(text, 'a { torn b')).to.equal('a *** b');
  });
});

describe('the secrets of what Helm stores', () => {
  const record = (revision: number): object => ({ revision, uid: `uid-${revision}` });
  const storageOf = (contents: readonly string[], reads: number[] = []) =>
    createRenderedSecrets({
      list: () => Promise.resolve(contents.map((_, at) => record(at + 1))),
      read: (_namespace: string, _name: string, revision: number) => {
        reads.push(revision);
        return Promise.resolve(stored(secret(`stringData: {a: ${contents[revision - 1] ?? ''}}\n`)));
      },
    } as unknown as Pick<Storage, 'list' | 'read'>);

  it('are those of the two newest revisions, each read once', async () => {
    const reads: number[] = [];
    const secrets = storageOf(['oldest-one', 'older-one', 'newest-one'], reads);

    const first = await secrets('shop', 'web', signal);

    expect(await secrets('shop', 'web', signal)).to.deep.equal(first);
    expect(mask('oldest-one older-one newest-one', wordsOf(first))).to.equal('oldest-one *** ***');
    expect(reads).to.deep.equal([2, 3]);
  });

  it('are everything while the storage cannot be read, or has lost what it listed', async () => {
    const away = createRenderedSecrets({
      list: () => Promise.reject(new Error('away')),
      read: () => Promise.resolve(undefined),
    });
    const lost = createRenderedSecrets({
      list: () => Promise.resolve([record(3) as RevisionRecord]),
      read: () => Promise.resolve(undefined),
    });

    expect(await away('shop', 'web', signal)).to.deep.equal({
      kind: 'everything',
      why: 'what Helm stores of it cannot be read (away)',
    });
    expect(await lost('shop', 'web', signal)).to.deep.equal({
      kind: 'everything',
      why: 'revision 3 of it is gone',
    });
  });

  it('are asked for again after they could not be read', async () => {
    let answers = false;
    const secrets = createRenderedSecrets({
      list: () => Promise.resolve([record(1) as RevisionRecord]),
      read: () =>
        answers
          ? Promise.resolve(stored(secret('stringData: {a: hunter22}')))
          : Promise.reject(new Error('away')),
    });

    expect((await secrets('shop', 'web', signal)).kind).to.equal('everything');
    answers = true;
    expect(wordsOf(await secrets('shop', 'web', signal))).to.include('hunter22');
  });
});
