import { expect } from 'chai';
import { InvalidChartError } from '../../../../src/api/errors.ts';
import { type DependencyPlace, placeOf } from '../../../../src/charts/git/dependency-place.ts';

const find = (repository: string, path = 'charts/web'): DependencyPlace =>
  placeOf(
    { name: 'db', version: '^1', repository },
    {
      ...{ path, subject: 'dependency db of web' },
      urlOfAlias: (name) => (name === 'known' ? 'https://example.com/known' : undefined),
    },
  );

describe('placeOf', () => {
  for (const [repository, path, folder] of [
    ['file://../db', 'charts/web', 'charts/db'],
    ['file://../../lib/db', 'charts/web', 'lib/db'],
    ['file://./charts/db', 'web', 'web/charts/db'],
    ['file://db/', '.', 'db/'],
    ['file://../..', 'charts/web', '.'],
  ] as const) {
    it(`finds ${repository} of ${path} in ${folder}`, () => {
      expect(find(repository, path)).to.deep.equal({ kind: 'folder', path: folder });
    });
  }

  for (const repository of ['file://../../../db', 'file:///etc', 'file://../../../charts/web/../../..']) {
    it(`refuses ${repository}, which lies outside`, () => {
      expect(() => find(repository)).to.throw(InvalidChartError, /lies outside of the Git repository/);
    });
  }

  it('asks repositories and registries without the credentials of the Git repository', () => {
    expect(find('https://example.com/c')).to.deep.equal({
      kind: 'source',
      source: { kind: 'repository', url: 'https://example.com/c', name: 'db', version: '^1', scope: '' },
    });
    expect(find('oci://example.com/charts/')).to.deep.equal({
      kind: 'source',
      source: { kind: 'oci', url: 'oci://example.com/charts/db', version: '^1', scope: '' },
    });
    expect(find('')).to.deep.equal({ kind: 'vendored' });
  });

  for (const prefix of ['@', 'alias:']) {
    it(`knows what the administrator imported when a chart names it by ${prefix}`, () => {
      expect(find(`${prefix}known`)).to.deep.include({
        source: {
          ...{ kind: 'repository', url: 'https://example.com/known', name: 'db', version: '^1', scope: '' },
        },
      });
    });

    it(`says what to do about ${prefix}stable, which nobody imported`, () => {
      expect(() => find(`${prefix}stable`)).to.throw(
        InvalidChartError,
        `dependency db of web names its repository by the alias "${prefix}stable", which is in no file given to the operator by --helm-repository-import: write the URL of the repository into Chart.yaml, or import it`,
      );
    });
  }

  it('refuses other schemes without showing their passwords', () => {
    expect(() => find('s3://me:s3cret@bucket/charts')).to.throw(
      InvalidChartError,
      /"s3:\/\/bucket\/charts", which is neither https/,
    );
  });
});
