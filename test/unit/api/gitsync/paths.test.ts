import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import { pathsOf } from '../../../../src/api/gitsync/paths.ts';

describe('pathsOf', () => {
  const rows: readonly (readonly [unknown, readonly string[]])[] = [
    [undefined, ['']],
    [null, ['']],
    ['.', ['']],
    ['./', ['']],
    ['clusters/production', ['clusters/production']],
    ['./clusters//production/', ['clusters/production']],
    ['clusters/staging/../production', ['clusters/production']],
    ['a/..', ['']],
    ['...', ['...']],
    [
      ['b', 'a'],
      ['b', 'a'],
    ],
    [
      ['a', './a/', 'b'],
      ['a', 'b'],
    ],
  ];
  for (const [path, paths] of rows) {
    it(`reads ${path === undefined ? 'none' : JSON.stringify(path)} as ${JSON.stringify(paths)}`, () => {
      expect(pathsOf(path)).to.deep.equal(paths);
    });
  }

  const refused: readonly (readonly [unknown, string])[] = [
    ['', 'spec.path is "", an empty string: name a folder, or a point for the root of the repository'],
    [['a', ''], 'spec.path[1] is "", an empty string: name a folder'],
    ['/a', 'spec.path is "/a", which begins with a slash: name the folder from the root'],
    ['..', 'spec.path is "..", which leads out of the repository: name the folder from its root'],
    ['a/../../b', 'spec.path is "a/../../b", which leads out of the repository'],
    [['a', '../b'], 'spec.path[1] is "../b", which leads out of the repository'],
    ['a\nb', 'spec.path is "a\\nb", which holds a control character: remove it'],
    [[], 'spec.path is an empty list: name a folder, or remove it for the root of the repository'],
    [['a', 7], 'spec.path[1] is no text: name a folder'],
    [[['a']], 'spec.path[0] is no text: name a folder'],
    [7, 'spec.path is neither a text nor a list of texts: name a folder, or several'],
    [{ a: 'b' }, 'spec.path is neither a text nor a list of texts'],
    [false, 'spec.path is neither a text nor a list of texts'],
    [Array.from({ length: 51 }, (_, index) => `a${index.toString()}`), 'spec.path names 51 folders, and 50'],
  ];
  for (const [path, says] of refused) {
    it(`refuses ${JSON.stringify(path).slice(0, 40)} with a sentence`, () => {
      expect(() => pathsOf(path)).to.throw(InvalidSpecError, says);
    });
  }

  it('gives a path that stays inside of the repository and is its own normal form, or refuses', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b c', '..a', 'ä');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        let paths: readonly string[];
        try {
          paths = pathsOf(parts.join('/'));
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidSpecError);
          return;
        }
        const [path = 'none'] = paths;
        expect(paths).to.have.length(1);
        expect(path.split('/')).not.to.include.oneOf(['.', '..']);
        expect(pathsOf(path === '' ? '.' : path)).to.deep.equal([path]);
      }),
    );
  });
});
