import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import { ignoreRulesOf } from '../../../../src/api/gitsync/ignore.ts';

describe('ignoreRulesOf', () => {
  it('reads the paths of each rule', () => {
    expect(ignoreRulesOf()).to.deep.equal([]);
    expect(
      ignoreRulesOf([{ group: '', name: 'web', paths: ['/data/a~1b', '/metadata/labels'] }]),
    ).to.deep.equal([
      {
        group: '',
        name: 'web',
        pointers: [
          ['data', 'a/b'],
          ['metadata', 'labels'],
        ],
      },
    ]);
  });

  for (const [path, says] of [
    ['spec', 'a path is a JSON pointer such as /spec/replicas'],
    ['/metadata', 'neither can metadata as a whole'],
    ['/metadata/name', 'by apiVersion, kind, name and namespace an object is known'],
    ['/metadata/namespace/x', 'by apiVersion, kind, name and namespace an object is known'],
    ['/kind', 'by apiVersion, kind, name and namespace an object is known'],
    ['/apiVersion', 'by apiVersion, kind, name and namespace an object is known'],
  ] as const) {
    it(`refuses ${path}, and says which path it is`, () => {
      expect(() => ignoreRulesOf([{ paths: ['/spec'] }, { paths: ['/spec', path] }]))
        .to.throw(InvalidSpecError, says)
        .with.property('message')
        .that.includes('spec.ignore[1].paths[1]: ');
    });
  }

  it('takes fields whose names only begin like these', () => {
    const paths = ['/metadata/names', '/kinds', '/metadata/labels/name', '/spec/kind', '/metadata/'];
    expect(ignoreRulesOf([{ paths }])[0]?.pointers).to.have.length(5);
  });
});
