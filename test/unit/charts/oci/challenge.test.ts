import { expect } from 'chai';
import { parseChallenge } from '../../../../src/charts/oci/challenge.ts';

const bearer = (realm: string, service?: string, scope?: string) => ({
  kind: 'bearer',
  realm,
  service,
  scope,
});

describe('parseChallenge', () => {
  for (const [header, challenge] of [
    ['Basic realm="registry"', { kind: 'basic' }],
    ['basic', { kind: 'basic' }],
    [
      'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull,push"',
      bearer('https://auth.example.com/token', 'registry', 'repository:a/b:pull,push'),
    ],
    ['BEARER Realm = "https://a/t" , Service=registry', bearer('https://a/t', 'registry')],
    ['Basic realm="x", Bearer realm="https://a/t"', bearer('https://a/t')],
    ['Bearer realm="https://a/t", Basic realm="x"', bearer('https://a/t')],
    ['Bearer realm="https://a/\\"t"', bearer('https://a/"t')],
    ['Bearer service="x"', undefined],
    ['Negotiate', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    it(`reads ${String(header)}`, () => {
      expect(parseChallenge(header)).to.deep.equal(challenge);
    });
  }

  it('is quick with a hostile header', () => {
    const started = performance.now();

    parseChallenge(`Bearer ${'a="'.repeat(100_000)}`);
    parseChallenge(`Bearer ${'\\'.repeat(100_000)}`);

    expect(performance.now() - started).to.be.lessThan(200);
  });
});
