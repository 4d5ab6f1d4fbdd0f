import { expect } from 'chai';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import { repositoryOf, urlWithin } from '../../../../src/charts/repository/repository.ts';

const at = (url: string, path: string): string | undefined =>
  urlWithin(repositoryOf({ url, scope: '' }), path)?.href;

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
    const { url, authorization, shown } = repositoryOf({
      url: 'https://me%40x:p%C3%A4ss@example.com/c?t=1',
      scope: '',
    });

    expect(url.href).to.equal('https://example.com/c?t=1');
    expect(authorization?.header).to.equal(`Basic ${Buffer.from('me@x:päss').toString('base64')}`);
    expect(shown).to.equal('https://example.com/c');
  });

  it('prefers the credentials of the Secret', () => {
    const auth = { username: 'a', password: 'b' };

    expect(
      repositoryOf({ url: 'https://me:no@example.com', auth, scope: 'ns/s' }).authorization?.header,
    ).to.equal(`Basic ${Buffer.from('a:b').toString('base64')}`);
  });

  it('shares what was fetched with the same URL, credentials and scope only', () => {
    const url = 'https://example.com';
    const auth = { username: 'a', password: 'b' };
    const keys = [
      { url, scope: '' },
      { url, scope: '', auth },
      { url, scope: 'ns/s', auth },
      { url, scope: 'ns/s', auth: { ...auth, password: 'c' } },
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
