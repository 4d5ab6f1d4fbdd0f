import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readLock } from '../../../../hack/image/debian/lock.ts';
import { billOfMaterials, type Component, type Contents, modulesIn } from '../../../../hack/image/sbom.ts';

const CONTENTS: Contents = {
  arch: 'arm64',
  version: '1.2.3',
  time: new Date(0),
  debian: [{ name: 'libstdc++6', version: '14.2.0-19', file: 'debian/pool/x.deb', sha256: 'ab'.repeat(32) }],
  npm: [
    { name: '@a/b', version: '2.0.0', license: '(MIT OR Apache-2.0)', integrity: `sha512-${btoa('digest')}` },
  ],
  node: '24.21.0',
  go: [{ path: 'helm.sh/helm/v4', version: 'v4.3.1' }],
};

const componentsOf = (contents: Contents): readonly Component[] =>
  (JSON.parse(billOfMaterials(contents)) as { readonly components: readonly Component[] }).components;

describe('the list of what is in the image', () => {
  it('names each part as package URLs do, with its checksum and license', () => {
    const [debian, node, npm, go] = componentsOf(CONTENTS);

    expect(debian?.purl).to.equal('pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=arm64');
    expect(debian?.hashes).to.deep.equal([{ alg: 'SHA-256', content: 'ab'.repeat(32) }]);
    expect(node?.purl).to.equal('pkg:github/nodejs/node@v24.21.0');
    expect(npm).to.deep.include({
      purl: 'pkg:npm/%40a/b@2.0.0',
      licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      hashes: [{ alg: 'SHA-512', content: Buffer.from('digest').toString('hex') }],
    });
    expect(go?.purl).to.equal('pkg:golang/helm.sh/helm/v4@v4.3.1');
  });

  it('is the same for the same parts, and has another number for others', () => {
    const numberOf = (contents: Contents): string =>
      (JSON.parse(billOfMaterials(contents)) as { readonly serialNumber: string }).serialNumber;

    expect(billOfMaterials(CONTENTS)).to.equal(billOfMaterials({ ...CONTENTS }));
    expect(numberOf(CONTENTS)).to.match(/^urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(numberOf({ ...CONTENTS, node: '24.21.1' })).not.to.equal(numberOf(CONTENTS));
  });

  it('has of a Go program its modules, what stands in for them, and the library of its compiler', () => {
    const told =
      '/x: go1.26.8\n\tpath\ta/b\n\tmod\ta/b\tv1.0.0\th1:x=\n\tdep\tc/d\tv2.0.0\n\t=>\te/f\tv2.0.1\th1:y=\n\tdep\tg/h\tv3.0.0\th1:z=\n';

    expect(modulesIn(told).map(({ path, version }) => `${path} ${version}`)).to.deep.equal([
      ...['stdlib v1.26.8', 'a/b v1.0.0', 'e/f v2.0.1', 'g/h v3.0.0'],
    ]);
  });
});

describe('the lock of what comes from Debian', () => {
  it('has the same packages for both architectures, each with its checksum and place', async () => {
    const { amd64, arm64, snapshot } = await readLock();

    expect(snapshot).to.match(/^\d{8}T\d{6}Z$/);
    expect(amd64.map(({ name }) => name)).to.deep.equal(arm64.map(({ name }) => name));
    for (const { name, file, sha256 } of [...amd64, ...arm64]) {
      expect(sha256, name).to.match(/^[\da-f]{64}$/);
      expect(file, name).to.match(/^debian(-security)?\/pool\/.*\.deb$/);
    }
    expect(amd64.map(({ name }) => name)).to.include.members([
      'git',
      'openssh-client',
      'ca-certificates',
      'tini',
    ]);
  });
});
