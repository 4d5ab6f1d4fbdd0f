import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import { fluxConfigsOf, outermost, type Plan, planBuild } from '../../../../src/sync/build/plan.ts';
import { filesOf } from './repository.ts';

/** Names of the plain files, and `folder/` for what kustomize builds. */
const planned = (
  path: string,
  paths: readonly string[],
  ignored: readonly string[] = [],
): readonly string[] => unitsOf(plan(path, paths, ignored));

const plan = (path: string, paths: readonly string[], ignored: readonly string[] = []): Plan =>
  planBuild(path, filesOf(Object.fromEntries(paths.map((file) => [file, '']))), (file) =>
    ignored.includes(file),
  );

const unitsOf = ({ units }: Plan): readonly string[] =>
  units.flatMap((unit) =>
    unit.kind === 'files'
      ? unit.files.map((file) => file.path)
      : unit.kind === 'kustomize'
        ? [`${unit.folder}/`]
        : [],
  );

describe('the plan of a build', () => {
  for (const [what, path, paths, units] of [
    [
      'takes yaml, yml and json, however deep',
      'p',
      ['p/a.yaml', 'p/b/c.yml', 'p/b/d/e.json'],
      ['p/a.yaml', 'p/b/c.yml', 'p/b/d/e.json'],
    ],
    ['takes nothing else', '', ['README.md', 'a.yaml.gz', 'b.YAML', 'yaml', 'c.tpl'], []],
    ['takes nothing hidden', '', ['.github/workflows/a.yml', '.a.yaml', 'b/.c/d.yaml', '.flux.yaml'], []],
    [
      'takes what is in a hidden path that was asked for',
      '.deploy/x',
      ['.deploy/x/a.yaml', '.deploy/x/.b/c.yaml'],
      ['.deploy/x/a.yaml'],
    ],
    [
      'takes nothing of a chart',
      '',
      ['a.yaml', 'web/Chart.yaml', 'web/values.yaml', 'web/templates/x.yaml', 'webs/b.yaml'],
      ['a.yaml', 'webs/b.yaml'],
    ],
    ['takes nothing of a path that is a chart', 'web', ['web/Chart.yaml', 'web/values.yaml'], []],
    [
      'builds a folder with a kustomization as a whole',
      '',
      ['a.yaml', 'k/b.yaml', 'k/c/d.yaml', 'k/kustomization.yaml'],
      ['a.yaml', 'k/'],
    ],
    [
      'knows the names of a kustomization',
      '',
      ['a/Kustomization', 'b/kustomization.yml', 'c/kustomization.json'],
      ['c/kustomization.json', 'a/', 'b/'],
    ],
    [
      'builds the outermost of several',
      '',
      ['k/kustomization.yaml', 'k/base/kustomization.yaml', 'l/m/kustomization.yaml'],
      ['k/', 'l/m/'],
    ],
    ['builds a path that has one', 'k', ['k/kustomization.yaml', 'k/a.yaml'], ['k/']],
    ['builds the root that has one', '', ['kustomization.yaml', 'a/b.yaml'], ['/']],
    ['builds none in a chart', '', ['web/Chart.yaml', 'web/k/kustomization.yaml'], []],
  ] as const) {
    it(what, () => {
      expect(planned(path, paths)).to.deep.equal(units);
    });
  }

  it('leaves out what is ignored, and counts it', () => {
    const paths = ['a.yaml', 'b.yaml', 'c.md', 'k/kustomization.yaml', 'k/d.yaml'];

    const found = plan('', paths, ['b.yaml', 'c.md', 'k/kustomization.yaml', 'k/d.yaml']);

    expect(unitsOf(found)).to.deep.equal(['a.yaml']);
    expect(found.ignored).to.equal(3);
    expect(planned('', paths, ['k/kustomization.yaml'])).to.deep.equal(['a.yaml', 'b.yaml', 'k/d.yaml']);
  });

  it('names the file that makes kustomize build a folder', () => {
    expect(plan('', ['k/Kustomization']).units).to.deep.equal([
      { kind: 'kustomize', folder: 'k', file: 'k/Kustomization' },
    ]);
  });
});

describe('the paths of a list', () => {
  for (const [paths, expected] of [
    [['.'], ['']],
    [['./a/', '/a', 'a'], ['a']],
    [
      ['a/b', 'a', 'a/c/d', 'ab'],
      ['a', 'ab'],
    ],
    [['a', '.'], ['']],
    [
      ['b', 'a'],
      ['b', 'a'],
    ],
  ] as const) {
    it(`${JSON.stringify(paths)} are taken once`, () => {
      expect(outermost(paths)).to.deep.equal(expected);
    });
  }

  it('may not lead out of the repository', () => {
    expect(() => outermost(['a', '../b'])).to.throw(InvalidSpecError, '../b');
  });

  it('may be governed by a .flux.yaml in them or above', () => {
    expect(fluxConfigsOf('a/b')).to.deep.equal(['a/b/.flux.yaml', 'a/.flux.yaml', '.flux.yaml']);
    expect(fluxConfigsOf('')).to.deep.equal(['.flux.yaml']);
  });
});
