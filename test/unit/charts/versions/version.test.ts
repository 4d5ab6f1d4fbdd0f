import { expect } from 'chai';
import { compareVersions, isStrictVersion, parseVersion } from '../../../../src/charts/versions/version.ts';

describe('parseVersion', () => {
  for (const [text, number] of [
    ['1', '1.0.0'],
    ['1.2', '1.2.0'],
    ['v1.2.3', '1.2.3'],
    ['01.002.3', '1.2.3'],
    ['1.2-rc.1', '1.2.0-rc.1'],
    ['1.2.3-rc.1+build.5', '1.2.3-rc.1'],
  ] as const) {
    it(`reads ${text} as ${number}`, () => {
      expect(parseVersion(text)?.number.version).to.equal(number);
    });
  }

  for (const text of [
    '',
    'v',
    'x',
    '1.2.3.4',
    '1.2.3-',
    '1.2.3-01',
    ' 1.2.3',
    '1.2.3 ',
    '99999999999999999999',
    '1'.repeat(300),
  ]) {
    it(`does not take ${JSON.stringify(text.slice(0, 24))} for a version`, () => {
      expect(parseVersion(text)).to.equal(undefined);
    });
  }

  it('orders prereleases before their release and ignores build metadata', () => {
    const texts = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0'];
    const versions = texts.flatMap((text) => parseVersion(text) ?? []);

    expect([...versions].reverse().sort(compareVersions)).to.deep.equal(versions);
    expect(parseVersion('1.0.0+a')?.number.compare('1.0.0+b')).to.equal(0);
  });

  it('tells full semantic versions from loose ones', () => {
    expect(['1.2.3', '1.2.3-rc.1', '1.2.3+b'].every(isStrictVersion)).to.equal(true);
    expect(['1.2', 'v1.2.3', '01.2.3', '1.2.3-01', 'latest'].some(isStrictVersion)).to.equal(false);
  });
});
