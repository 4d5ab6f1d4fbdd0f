import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { realPath } from '../../../src/git/links.ts';

describe('where a path of a commit really leads', () => {
  const links = new Map([
    ['latest', 'clusters/production'],
    ['clusters/staging', 'production'],
    ['clusters/production/base', '../../shared/base'],
    ['shared/base/up', '..'],
    ['out', '../../etc'],
    ['absolute', '/etc'],
    ['loop', 'other'],
    ['other', './loop'],
    ['roundabout', 'latest/../x'],
    ['root', '.'],
  ]);
  const rows: readonly (readonly [path: string, real: string | undefined])[] = [
    ['', ''],
    ['README.md', 'README.md'],
    ['latest', 'clusters/production'],
    ['latest/app.yaml', 'clusters/production/app.yaml'],
    ['clusters/staging/base/app.yaml', 'shared/base/app.yaml'],
    ['latest/base/up/base', 'shared/base'],
    // From where the link leads, and not from where it lies.
    ['roundabout', 'clusters/x'],
    ['root/root/latest', 'clusters/production'],
    ['out/passwd', undefined],
    ['absolute/passwd', undefined],
    ['loop', undefined],
    ['other/x', undefined],
  ];
  for (const [path, real] of rows) {
    it(`'${path}' leads to ${real === undefined ? 'nowhere' : `'${real}'`}`, () => {
      expect(realPath(path, links)).to.equal(real);
    });
  }

  it('is inside, and without a link or a step up, however the links are', () => {
    const name = fc.constantFrom('a', 'b', 'c', '..', '.', '');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    const plain = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    const table = fc.array(
      fc.tuple(
        plain.map((names) => names.join('/')),
        path,
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(path, table, (start, pairs) => {
        const some = new Map(pairs);
        const real = realPath(start, some);
        if (real === undefined) return;
        expect(real).to.match(/^(?:[abc](?:\/[abc])*)?$/);
        const above = real.split('/').map((_, at, names) => names.slice(0, at + 1).join('/'));
        expect(above.filter((one) => some.has(one))).to.deep.equal([]);
      }),
    );
  });
});
