import { expect } from 'chai';
import { describe, it } from 'mocha';
import { namespacePart } from '../../../src/operator/allowed-namespace.ts';

const seeing = (releases: number, secrets: number, configMaps: number) => {
  const of = (size: number) => ({ store: { size } });
  return { watched: { releases: of(releases), secrets: of(secrets), configMaps: of(configMaps) } };
};

describe('the namespace of --allow-namespace', () => {
  it('is not there when nothing at all is seen in it, which names it and the flag', () => {
    expect(namespacePart(seeing(0, 0, 0), { allowNamespace: 'nosuch' })).to.deep.equal([
      {
        name: 'namespace nosuch',
        ready: false,
        why: 'namespace nosuch of --allow-namespace does not exist, or holds nothing: create it, or correct the flag',
      },
    ]);
  });

  it('is there as soon as anything is', () => {
    for (const seen of [seeing(1, 0, 0), seeing(0, 1, 0), seeing(0, 0, 1)]) {
      expect(namespacePart(seen, { allowNamespace: 'team' })).to.deep.equal([
        { name: 'namespace team', ready: true },
      ]);
    }
  });

  it("is nobody's question where all are looked at", () => {
    expect(namespacePart(seeing(0, 0, 0), { allowNamespace: undefined })).to.deep.equal([]);
  });
});
