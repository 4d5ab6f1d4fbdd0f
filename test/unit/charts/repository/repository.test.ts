import { expect } from 'chai';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import type { Tls } from '../../../../src/charts/http/tls.ts';
import { type Repository, repositoryOf, urlWithin } from '../../../../src/charts/repository/repository.ts';

const at = (url: string, path: string): string | undefined =>
  urlWithin(repositoryOf({ url, scope: '' }), path)?.href;

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const header = (...given: Parameters<typeof repositoryOf>): string | undefined => {
  const { accessTo, url } = repositoryOf(...given);
  return accessTo(url).authorization?.header;
};

describe('urlWithin', () => {
  for (const [url, path, found] of [
    ['https://example.com', 'index.yaml', 'https://example.com/index.yaml'],
    ['https://example.com/charts', 'index.yaml', 'https://example.com/charts/index.yaml'],
    ['https://example.com/charts/', 'web-1.tgz', 'https://example.com/charts/web-1.tgz'],
    ['https://example.com/charts?sig=a%2Fb', 'index.yaml', 'https://example.com/charts/index.yaml?sig=a%2Fb'],
    ['https://example.com/charts?sig=a', 'web-1.tgz?other=b', 'https://example.com/charts/web-1.tgz?sig=a'],
    ['https://example.com/charts', 'web-1.tgz?own=b', 'https://example.com/charts/web-1.tgz?own=b'],
    ['https://example.com/charts', '/files/web-1.tgz', 'https://example.com/files/web-1.tgz'],
    ['https://example.com/charts', '../web-1.tgz', 'https://example.com/web-1.tgz'],
    ['https://example.com/charts?sig=a', 'https://example.com/x.tgz', 'https://example.com/x.tgz'],
    [
      'https://example.com/charts?sig=a',
      'https://other.example.com/x.tgz',
      'https://other.example.com/x.tgz',
    ],
    ['https://example.com/charts?sig=a', '//other.example.com/x.tgz', 'https://other.example.com/x.tgz'],
    ['https://example.com/charts', 'https://u:p@example.com/x.tgz', 'https://example.com/x.tgz'],
    ['https://example.com/charts', 'https://[', undefined],
  ] as const) {
    it(`finds ${path} of ${url} at ${String(found)}`, () => {
      expect(at(url, path)).to.equal(found);
    });
  }
});

describe('repositoryOf', () => {
  it('takes user-info for credentials and shows none of it', () => {
    const { url, accessTo, shown } = repositoryOf({
      url: 'https://me%40x:p%C3%A4ss@example.com/c?t=1',
      scope: '',
    });

    expect(url.href).to.equal('https://example.com/c?t=1');
    expect(accessTo(url).authorization?.header).to.equal(
      `Basic ${Buffer.from('me@x:päss').toString('base64')}`,
    );
    expect(shown).to.equal('https://example.com/c');
  });

  it('prefers the credentials of the Secret', () => {
    const auth = { username: 'a', password: 'b' };

    expect(header({ url: 'https://me:no@example.com', auth, scope: 'ns/s' })).to.equal(basic('a:b'));
  });

  describe('with what the administrator imported', () => {
    const ca = 'the CA';
    const certificate = { cert: 'ours', key: 'ours too' };
    const imported = {
      url: 'https://lent:pw@example.com/c?sig=lent',
      ...{ auth: undefined, tls: { ca, certificate, skipVerify: true }, everywhere: false },
    };
    const url = 'https://example.com/c';

    it('uses it for whoever brings nothing', () => {
      const repository = repositoryOf({ url, scope: '' }, imported);

      expect(repository.url.href).to.equal('https://example.com/c?sig=lent');
      expect(header({ url, scope: '' }, imported)).to.equal(basic('lent:pw'));
      expect(header({ url, scope: '' }, { ...imported, auth: { username: 'a', password: 'b' } })).to.equal(
        basic('a:b'),
      );
      expect(repository.accessTo(repository.url).tls?.tls).to.deep.equal(imported.tls);
    });

    it('takes of it only whom to trust for who brings a Secret', () => {
      const auth = { username: 'a', password: 'b' };
      const bring = (tls: Tls | undefined): Repository =>
        repositoryOf({ url, auth, tls, scope: 'ns/s' }, { ...imported, everywhere: true });

      expect(bring(undefined).url.href).to.equal(url);
      expect(bring(undefined).accessTo(new URL(url)).tls?.tls).to.deep.equal({ ca, skipVerify: true });
      expect(bring({ ca: 'own' }).accessTo(new URL(url)).tls?.tls).to.deep.equal({ ca: 'own' });
      expect(bring(undefined).accessTo(new URL('https://other.example.com')).authorization).to.equal(
        undefined,
      );
      expect(header({ url, tls: { ca: 'own' }, scope: 'ns/s' }, imported)).to.equal(undefined);
    });

    it('lets credentials leave the host of the repository only if that was asked for, and not in the clear', () => {
      const elsewhere = new URL('https://files.example.com/web.tgz');
      const plainly = new URL('http://files.example.com/web.tgz');
      const kept = repositoryOf({ url, scope: '' }, imported);
      const passed = repositoryOf({ url, scope: '' }, { ...imported, everywhere: true });

      expect(kept.accessTo(elsewhere).authorization).to.equal(undefined);
      expect(kept.accessTo(elsewhere).tls?.host).to.equal(kept.url);
      expect(passed.accessTo(elsewhere)).to.deep.equal({
        authorization: { host: elsewhere, header: basic('lent:pw') },
        tls: { host: elsewhere, tls: { ca, certificate } },
      });
      expect(passed.accessTo(plainly).authorization).to.equal(undefined);
      expect(passed.key).not.to.equal(kept.key);
    });
  });

  it('shares what was fetched with the same URL, credentials and scope only', () => {
    const url = 'https://example.com';
    const auth = { username: 'a', password: 'b' };
    const keys = [
      { url, scope: '' },
      { url, scope: '', auth },
      { url, scope: 'ns/s', auth },
      { url, scope: 'ns/s', auth: { ...auth, password: 'c' } },
      { url, scope: '', tls: { ca: 'a' } },
      { url, scope: '', tls: { ca: 'a', certificate: { cert: 'b', key: 'c' } } },
      { url, scope: '', tls: { skipVerify: true } },
      { url: `${url}/charts`, scope: '' },
    ].map((given) => repositoryOf(given).key);

    expect(new Set(keys)).to.have.length(keys.length);
    expect(repositoryOf({ url: `${url}/`, scope: '' }).key).to.equal(keys[0]);
  });

  for (const url of ['s3://bucket/charts', 'example.com/charts', '', 'https://', 'ftp://example.com']) {
    it(`says that ${JSON.stringify(url)} is no repository`, () => {
      expect(() => repositoryOf({ url, scope: '' })).to.throw(
        InvalidSpecError,
        /is not a URL that begins with/,
      );
    });
  }
});
