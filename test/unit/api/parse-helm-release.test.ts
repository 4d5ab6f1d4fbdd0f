import { expect } from 'chai';
import { InvalidSpecError } from '../../../src/api/errors.ts';
import type { HelmReleaseStatus } from '../../../src/api/helm-release.ts';
import { parseHelmRelease } from '../../../src/api/parse-helm-release.ts';
import { release } from './release.ts';

const object = { apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', ...release() };
const withSpec = (spec: object) => ({ ...object, spec: { ...object.spec, ...spec } });

describe('parseHelmRelease', () => {
  it('gives the very object back', () => {
    expect(parseHelmRelease(object)).to.equal(object);
  });

  it('gives the object back as it is, with fields that it does not know', () => {
    const odd = {
      ...object,
      metadata: { ...object.metadata, selfLink: '/x' },
      spec: { ...object.spec, futureField: 1 },
      status: { releaseName: 'web', futureField: 2 },
    };

    expect(parseHelmRelease(odd)).to.equal(odd);
  });

  for (const values of ['text', ['a'], 1, { a: null }]) {
    it(`takes the values ${JSON.stringify(values)}`, () => {
      expect(parseHelmRelease(withSpec({ values })).spec.values).to.deep.equal(values);
    });
  }

  it('takes an integer that JavaScript cannot hold exactly', () => {
    const huge = JSON.parse('{"timeout": 9223372036854775807}') as object;

    expect(parseHelmRelease(withSpec(huge)).spec.timeout).to.be.greaterThan(1e18);
  });

  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, 'this is no HelmRelease, not even an object'],
    ['text', 'this is no HelmRelease, not even an object'],
    [{ metadata: { name: 'web' } }, 'spec is missing: add it to the HelmRelease'],
    [{ metadata: {}, spec: object.spec }, 'metadata.name is missing: add it to the HelmRelease'],
    [withSpec({ chart: undefined }), 'spec.chart is missing: add it to the HelmRelease'],
    [
      withSpec({ chart: { git: 5 } }),
      'spec.chart.git has to be a string, but is a number: correct it in the HelmRelease',
    ],
    [
      withSpec({ timeout: '5m' }),
      'spec.timeout has to be a number, but is a string: correct it in the HelmRelease',
    ],
    [
      withSpec({ valuesFrom: { a: 1 } }),
      'spec.valuesFrom has to be a list, but is a map: correct it in the HelmRelease',
    ],
    [
      withSpec({ valuesFrom: [{}, { secretKeyRef: { key: 'a' } }] }),
      'spec.valuesFrom[1].secretKeyRef.name is missing: add it to the HelmRelease',
    ],
    [withSpec({ helmVersion: 'v4' }), 'spec.helmVersion has to be v2 or v3: correct it in the HelmRelease'],
    [
      withSpec({ rollback: [] }),
      'spec.rollback has to be a map, but is a list: correct it in the HelmRelease',
    ],
    [
      withSpec({ wait: null }),
      'spec.wait has to be true or false, but is null: correct it in the HelmRelease',
    ],
  ];
  for (const [what, message] of wrong) {
    it(`says: ${message}`, () => {
      expect(() => parseHelmRelease(what)).to.throw(InvalidSpecError, message);
    });
  }

  it('keeps of an odd status what can be used', () => {
    const good = { type: 'Released', status: 'True' };
    const parsed = parseHelmRelease({
      ...object,
      status: {
        releaseName: 'web',
        revision: 7,
        phase: 'Migrating',
        conditions: [good, { type: 'Happy', status: 'True' }, 'text'],
        deployed: { revision: 1 },
      },
    });

    const expected: HelmReleaseStatus = {
      releaseName: 'web',
      conditions: [{ type: 'Released', status: 'True' }],
    };
    expect(parsed.status).to.deep.equal(expected);
    expect(parsed.spec).to.equal(object.spec);
  });

  it('takes a status that is no map for none', () => {
    expect(parseHelmRelease({ ...object, status: 'text' }).status).to.deep.equal({});
    expect(parseHelmRelease({ ...object, status: null }).status).to.deep.equal({});
  });
});
