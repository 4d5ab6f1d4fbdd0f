import { expect } from 'chai';
import { fits, requiredVersion, versionIn } from '../../../hack/testenv/tools/version.ts';

describe('finding a version in what a program prints', () => {
  const cases = [
    ['Kubernetes v1.37.2', '1.37.2'],
    ['Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0', '1.32.4'],
    ['etcd Version: 3.7.3\nGit SHA: abc\nGo Version: go1.26.8', '3.7.3'],
    ['kwok version v0.8.0 go1.26.8 (linux/amd64)', '0.8.0'],
    ['v4.3.1+g1234567', '4.3.1'],
    ['registry github.com/distribution/distribution/v3 v3.1.2+unknown', '3.1.2'],
    ['prometheus, version 2.53.3 (branch: debian/sid)', '2.53.3'],
  ] as const;
  for (const [text, version] of cases) {
    it(`reads ${version} from "${text.split('\n')[0] ?? ''}"`, () => {
      const { major, minor, patch } = versionIn(text) ?? {};

      expect([major, minor, patch].join('.')).to.equal(version);
    });
  }

  it('does not take the version of Go for the version of a program', () => {
    expect(versionIn('built with go1.26.8')).to.equal(undefined);
  });
});

describe('whether a found version can stand in for the pinned one', () => {
  const cases = [
    ['1.37.0', '1.37.2', 'same-minor', true],
    ['1.38.0', '1.37.2', 'same-minor', false],
    ['1.36.9', '1.37.2', 'same-minor', false],
    ['2.37.2', '1.37.2', 'same-minor', false],
    ['4.3.0', '4.3.1', 'same-major', true],
    ['4.9.0', '4.3.1', 'same-major', true],
    ['4.2.9', '4.3.1', 'same-major', false],
    ['3.22.0', '4.3.1', 'same-major', false],
    ['5.0.0', '4.3.1', 'same-major', false],
    ['2.42.0', '3.16.0', 'any', true],
  ] as const;
  for (const [found, pinned, fit, expected] of cases) {
    it(`${found} ${expected ? 'does' : 'does not'} for ${pinned} (${fit})`, () => {
      const [a, b] = [versionIn(found), versionIn(pinned)];
      if (a === undefined || b === undefined) throw new Error('not a version');

      expect(fits(a, b, fit)).to.equal(expected);
    });
  }
});

describe('the version that go.mod pins', () => {
  const goMod = `module example\n\nrequire example.com/one v1.2.3\n\nrequire (\n\texample.com/two/v4 v4.5.6 // indirect\n)\n`;

  it('is read from a block and from a single line', () => {
    expect(requiredVersion(goMod, 'example.com/one')).to.equal('1.2.3');
    expect(requiredVersion(goMod, 'example.com/two/v4')).to.equal('4.5.6');
  });

  it('is an error for a module that is not required', () => {
    expect(() => requiredVersion(goMod, 'example.com/two')).to.throw('does not require example.com/two');
  });
});
