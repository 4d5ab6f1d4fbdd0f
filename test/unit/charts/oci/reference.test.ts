import { expect } from 'chai';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import { parseReference, tagOf, versionOf } from '../../../../src/charts/oci/reference.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('parseReference', () => {
  it('reads host, port, name, tag and digest', () => {
    expect(parseReference('oci://registry.example.com/charts/web')).to.deep.equal({
      host: 'registry.example.com',
      name: 'charts/web',
      tag: undefined,
      digest: undefined,
      shown: 'oci://registry.example.com/charts/web',
    });
    expect(parseReference(`oci://LocalHost:5000/web:1.0.0-rc.1@${DIGEST}`)).to.deep.include({
      host: 'localhost:5000',
      name: 'web',
      tag: '1.0.0-rc.1',
      digest: DIGEST,
    });
    expect(parseReference('oci://[::1]:5000/web')).to.deep.include({ host: '[::1]:5000', name: 'web' });
  });

  for (const url of [
    'https://registry.example.com/web',
    'oci://registry.example.com',
    'oci://registry.example.com/',
    'oci://registry.example.com/Web',
    'oci://registry.example.com/../web',
    'oci://registry.example.com/web?x=1',
    'oci://registry.example.com/web@md5:abc',
    'oci://registry.example.com/web:..',
    `oci://registry.example.com/${'a'.repeat(2_000)}`,
  ]) {
    it(`does not take ${url.slice(0, 60)} for a chart in a registry`, () => {
      expect(() => parseReference(url)).to.throw(
        InvalidSpecError,
        /is not the address of a chart in a registry/,
      );
    });
  }

  it('shows no password', () => {
    expect(() => parseReference('oci://me:s3cret@registry.example.com/web')).to.throw(
      InvalidSpecError,
      /^oci:\/\/registry/,
    );
  });

  it('writes build metadata into tags as Helm does', () => {
    expect(tagOf('1.0.0+build.5')).to.equal('1.0.0_build.5');
    expect(versionOf('1.0.0_build.5')).to.equal('1.0.0+build.5');
  });
});
