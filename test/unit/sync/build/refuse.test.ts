import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isPatch, type Refusal, refuseContent, refuseIdentity } from '../../../../src/sync/build/refuse.ts';
import { parseExactly } from '../../../../src/values/manifest.ts';
import type { ValuesMap } from '../../../../src/values/merge.ts';

const refuse = (document: unknown): Refusal | undefined =>
  refuseIdentity(document) ?? refuseContent(document as ValuesMap);

const whole = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
const release = { apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', metadata: { name: 'web' } };

describe('a document', () => {
  for (const [what, document, field, why] of [
    ['a list', [whole], undefined, /no Kubernetes object but a list: .*\.gitsyncignore/],
    ['a text', 'hello', undefined, /no Kubernetes object but a text: .*\.gitsyncignore/],
    [
      'values of a chart',
      { replicas: 1 },
      undefined,
      /no apiVersion and no kind and no metadata\.name.*\.gitsyncignore/,
    ],
    ['a kind alone', { kind: 'Kustomization' }, undefined, /has no apiVersion and no metadata\.name/],
    ['no name', { ...whole, metadata: {} }, undefined, /has no metadata\.name/],
    ['no metadata', { ...whole, metadata: null }, undefined, /has no metadata\.name/],
    ['metadata that is a text', { ...whole, metadata: 'web' }, 'metadata', /must be a map, and is a text/],
    [
      'generateName',
      { ...whole, metadata: { generateName: 'web-' } },
      'metadata.generateName',
      /another object each time.*metadata\.name/,
    ],
    [
      'a name that is a number',
      { ...whole, metadata: { name: 7 } },
      'metadata.name',
      /is a number: put it in quotes/,
    ],
    [
      'a name that is a long number',
      { ...whole, metadata: { name: parseExactly('9007199254740993') } },
      'metadata.name',
      /is a number: put it in quotes/,
    ],
    [
      'a name that leads elsewhere',
      { ...whole, metadata: { name: '../secrets/x' } },
      'metadata.name',
      /nothing can have this name/,
    ],
    ['a name of dots', { ...whole, metadata: { name: '..' } }, 'metadata.name', /nothing can have this name/],
    [
      'a namespace that leads elsewhere',
      { ...whole, metadata: { name: 'a', namespace: 'b/c' } },
      'metadata.namespace',
      /nothing can have this name/,
    ],
    ['a kind that is no word', { ...whole, kind: 'A/B' }, 'kind', /nothing can have this name/],
    [
      'an apiVersion of three parts',
      { ...whole, apiVersion: 'a/b/c' },
      'apiVersion',
      /nothing can have this name/,
    ],
    [
      'an apiVersion that is a number',
      { ...whole, apiVersion: 1 },
      'apiVersion',
      /is a number: put it in quotes/,
    ],
    [
      'labels that are a list',
      { ...whole, metadata: { name: 'web', labels: ['a'] } },
      'metadata.labels',
      /map of texts, and is a list/,
    ],
    [
      'a label that is a number',
      { ...whole, metadata: { name: 'web', labels: { version: 1.1 } } },
      'metadata.labels.version',
      /is a number: put it in quotes/,
    ],
    [
      'an annotation that is a boolean',
      { ...whole, metadata: { name: 'web', annotations: { a: true } } },
      'metadata.annotations.a',
      /is a boolean: put it in quotes/,
    ],
    ['encryption by SOPS', { ...whole, sops: { mac: 'x' } }, 'sops', /encrypted with SOPS.*\.gitsyncignore/],
    [
      'encryption by SOPS of all',
      { data: 'ENC[x]', sops: { mac: 'x' } },
      'sops',
      /encrypted with SOPS.*\.gitsyncignore/,
    ],
    ['a HelmRelease without spec', release, 'spec.chart', /names no chart: .*\.gitsyncignore/],
    [
      'a HelmRelease without chart',
      { ...release, spec: { values: {}, chart: null } },
      'spec.chart',
      /names no chart/,
    ],
  ] as const) {
    it(`is refused for ${what}, with a sentence`, () => {
      const refusal = refuse(document);

      expect(refusal?.why).to.match(why);
      expect(refusal?.field).to.equal(field);
    });
  }

  for (const [what, document] of [
    ['is whole', whole],
    [
      'has a namespace, labels and annotations',
      { ...whole, metadata: { name: 'a', namespace: 'b', labels: { c: 'd' }, annotations: {} } },
    ],
    ['has nothing in its labels', { ...whole, metadata: { name: 'a', namespace: null, labels: null } }],
    ['has a name and a generateName', { ...whole, metadata: { name: 'a', generateName: 'a-' } }],
    ['has a name with a colon', { ...whole, metadata: { name: 'system:node' } }],
    [
      'is a HelmRelease with a chart in its own commit',
      { ...release, spec: { chart: { path: 'charts/web' } } },
    ],
    ['is a HelmRelease of others', { ...release, apiVersion: 'helm.toolkit.fluxcd.io/v2' }],
  ] as const) {
    it(`that ${what} is taken`, () => {
      expect(refuse(document)).to.equal(undefined);
    });
  }

  it('is a patch only as a HelmRelease of ours', () => {
    expect(
      [release, { ...release, spec: { chart: {} } }, whole].map((document) => isPatch(document)),
    ).to.deep.equal([true, false, false]);
  });
});
