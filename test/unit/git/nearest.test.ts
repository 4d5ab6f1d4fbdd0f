import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nearest } from '../../../src/git/nearest.ts';
import { normalizePath } from '../../../src/git/paths.ts';

describe('what somebody may have meant', () => {
  const rows = [
    { wanted: 'mian', among: ['main', 'release', 'maintenance'], is: ['main'] },
    { wanted: 'v1.2.3', among: ['v1.2.4', 'v1.2.30', '1.2.3', 'v9'], is: ['1.2.3', 'v1.2.4', 'v1.2.30'] },
    { wanted: 'Main', among: ['main'], is: ['main'] },
    { wanted: 'podinfo', among: ['charts/podinfo', 'charts/other'], is: ['charts/podinfo'] },
    { wanted: 'chart/podinfo', among: ['deploy/charts/podinfo', 'x'], is: ['deploy/charts/podinfo'] },
    { wanted: 'xyz', among: ['main', 'release'], is: [] },
    { wanted: '', among: ['main'], is: [] },
    { wanted: 'a'.repeat(101), among: ['a'.repeat(101)], is: [] },
  ];
  for (const { wanted, among, is } of rows) {
    it(`by '${wanted.slice(0, 20)}' is ${is.join(', ') || 'nothing'}`, () => {
      expect(nearest(wanted, among)).to.deep.equal(is);
    });
  }
});

describe('a path inside a repository', () => {
  const rows = [
    { path: '', is: '' },
    { path: '.', is: '' },
    { path: '/', is: '' },
    { path: './charts//web/', is: 'charts/web' },
    { path: '/charts/web', is: 'charts/web' },
    { path: 'a/../b', is: 'b' },
    { path: '..hidden/x', is: '..hidden/x' },
  ];
  for (const { path, is } of rows) {
    it(`'${path}' is '${is}'`, () => {
      expect(normalizePath(path)).to.equal(is);
    });
  }

  for (const path of ['..', 'a/../..', '/..', '../a']) {
    it(`'${path}' is refused`, () => {
      expect(() => normalizePath(path)).to.throw(`the path '${path}' leads out of the repository`);
    });
  }

  it('with a line feed is refused', () => {
    expect(() => normalizePath('a\nb')).to.throw('the path "a\\nb" holds a control character');
  });
});
