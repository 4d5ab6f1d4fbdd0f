import { expect } from 'chai';
import { isSameHost, redirectOf, showUrl } from '../../../../src/charts/http/redirect.ts';

type Row = readonly [from: string, location: string, kind: 'follow' | 'refused', why?: RegExp];

const ROWS: readonly Row[] = [
  ['https://a.example.com/x', '/y', 'follow'],
  ['https://a.example.com/x', 'https://a.example.com/y', 'follow'],
  ['http://a.example.com/x', 'https://a.example.com/x', 'follow'],
  ['http://a.example.com:8080/x', 'http://a.example.com:8080/y', 'follow'],
  ['https://a.example.com/x', 'http://a.example.com/x', 'refused', /not encrypted/],
  [
    'https://a.example.com/x',
    'https://b.example.com/x?token=s3cret',
    'refused',
    /to https:\/\/b.example.com\/x, which is another host/,
  ],
  ['https://a.example.com/x', 'https://a.example.com:8443/x', 'refused', /another host/],
  ['http://a.example.com:8080/x', 'https://a.example.com/x', 'refused', /another host/],
  ['https://a.example.com/x', 'http://169.254.169.254/', 'refused', /not encrypted/],
  ['https://a.example.com/x', 'file:///etc/passwd', 'refused', /neither https nor http/],
  ['https://a.example.com/x', 'https://[', 'refused', /without an address/],
];

const decide = (from: string, location: string, elsewhere = false): ReturnType<typeof redirectOf> =>
  redirectOf(new URL(from), { status: 302, location, elsewhere });

describe('redirectOf', () => {
  for (const [from, location, kind, why] of ROWS) {
    it(`${kind === 'follow' ? 'follows' : 'refuses'} ${from} to ${location}`, () => {
      const redirect = decide(from, location);

      expect(redirect.kind).to.equal(kind);
      if (redirect.kind === 'refused')
        expect(redirect.why)
          .to.match(why ?? /./)
          .and.not.contain('s3cret');
    });
  }

  it('follows to another host only for content whose digest is known, and only by https', () => {
    expect(decide('https://a.example.com/x', 'https://cdn.example.net/x', true).kind).to.equal('follow');
    expect(decide('http://a.example.com/x', 'http://cdn.example.net/x', true).kind).to.equal('refused');
    expect(decide('https://a.example.com/x', 'http://cdn.example.net/x', true).kind).to.equal('refused');
  });

  it('leaves every other status alone', () => {
    for (const status of [200, 300, 304, 404]) {
      expect(redirectOf(new URL('https://a/'), { status, location: '/b', elsewhere: false }).kind).to.equal(
        'none',
      );
    }
  });

  it('says so when a redirect has no address', () => {
    expect(
      redirectOf(new URL('https://a/'), { status: 302, location: undefined, elsewhere: false }),
    ).to.deep.equal({
      kind: 'refused',
      why: 'answered 302 without an address to go to',
    });
  });
});

describe('showUrl', () => {
  it('leaves out user-info, query and fragment', () => {
    expect(showUrl(new URL('https://user:pass@a.example.com:8443/x/y?sig=1#z'))).to.equal(
      'https://a.example.com:8443/x/y',
    );
  });
});

describe('isSameHost', () => {
  it('compares host and port, and lets the default port follow the scheme', () => {
    expect(isSameHost(new URL('http://a/'), new URL('https://a/'))).to.equal(true);
    expect(isSameHost(new URL('https://a:443/'), new URL('https://a/'))).to.equal(true);
    expect(isSameHost(new URL('https://a/'), new URL('https://a:444/'))).to.equal(false);
    expect(isSameHost(new URL('https://a/'), new URL('https://b/'))).to.equal(false);
  });
});
