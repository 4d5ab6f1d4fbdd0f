import { expect } from 'chai';
import { isSameRepository, parseRepositoriesYaml } from '../../../../src/charts/access/repositories-yaml.ts';

/** As `helm repo add` writes it. */
const WRITTEN_BY_HELM = `apiVersion: ""
generated: "0001-01-01T00:00:00Z"
repositories:
- caFile: /certs/ca.crt
  certFile: /certs/tls.crt
  insecure_skip_tls_verify: true
  keyFile: /certs/tls.key
  name: private
  pass_credentials_all: true
  password: "0123"
  url: https://charts.example.com
  username: me
- caFile: ""
  certFile: ""
  insecure_skip_tls_verify: false
  keyFile: ""
  name: public
  pass_credentials_all: false
  password: ""
  url: https://example.com/public/
  username: ""
`;

describe("Helm's repositories.yaml", () => {
  it('is read as Helm writes it', () => {
    expect(parseRepositoriesYaml(WRITTEN_BY_HELM)).to.deep.equal([
      {
        ...{ name: 'private', url: 'https://charts.example.com', username: 'me', password: '0123' },
        ...{ certFile: '/certs/tls.crt', keyFile: '/certs/tls.key', caFile: '/certs/ca.crt' },
        ...{ skipVerify: true, everywhere: true },
      },
      {
        ...{ name: 'public', url: 'https://example.com/public/', username: '', password: '' },
        ...{ certFile: '', keyFile: '', caFile: '', skipVerify: false, everywhere: false },
      },
    ]);
  });

  it('is read as the chart of Helm Operator and people write it', () => {
    const [entry] = parseRepositoriesYaml(
      'apiVersion: v1\nrepositories:\n- name: a\n  URL: https://a.example.com\n  username: null\n  password: 007\n  cafile:\n',
    );

    expect(entry).to.deep.include({
      url: 'https://a.example.com',
      username: '',
      password: '007',
      caFile: '',
    });
  });

  for (const text of [
    '',
    ' \n',
    'repositories:',
    'repositories: []',
    'repositories: null',
    'apiVersion: v1',
  ]) {
    it(`names none where it is ${JSON.stringify(text)}`, () => {
      expect(parseRepositoriesYaml(text)).to.deep.equal([]);
    });
  }

  it('may hold what is no repository', () => {
    expect(parseRepositoriesYaml('repositories: [1, {name: a}, null, [b], {url: {}}]')).to.deep.equal([]);
  });

  for (const text of [
    '*s3cret',
    '!s3!cret x',
    '!<s3cret x',
    '@s3cret',
    '`s3cret',
    '%s3cret',
    '[s3cret',
    '"\\s3cret',
  ]) {
    it(`is not shown when it holds ${text}`, () => {
      expect(() => parseRepositoriesYaml(`repositories:\n- password: ${text}`))
        .to.throw(Error, /^is not YAML: [a-z ,]+ in line [23]$/)
        .with.property('message')
        .that.does.not.contain('cret');
    });
  }

  it('is not shown when it is broken', () => {
    expect(() => parseRepositoriesYaml('repositories:\n- password: "s3cret\n  url: x')).to.throw(
      Error,
      /^is not YAML: [a-z ]+ in line 3$/,
    );
    expect(() => parseRepositoriesYaml('repositories: s3cret')).to.throw(
      Error,
      /^has repositories that are not a list$/,
    );
  });
});

describe('the URL of a repository', () => {
  for (const [a, b, same] of [
    ['https://example.com', 'https://example.com/', true],
    ['https://example.com/charts', 'https://example.com//charts/./', true],
    ['https://example.com/charts?a=1', 'https://example.com/charts/?b=2', true],
    ['https://me:pw@Example.com:443/c', 'https://example.com/c', true],
    ['https://example.com/charts', 'https://example.com/other', false],
    ['https://example.com/charts', 'https://example.com/charts/web', false],
    ['https://example.com/charts', 'http://example.com/charts', false],
    ['https://example.com:8443', 'https://example.com', false],
    ['private', 'private', false],
  ] as const) {
    it(`${a} ${same ? 'is' : 'is not'} the one of ${b}`, () => {
      expect(isSameRepository(a, b)).to.equal(same);
      expect(isSameRepository(b, a)).to.equal(same);
    });
  }
});
