import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { helmReleaseDefinition, PRINTER_COLUMNS } from '../../../hack/crds/definition.ts';
import { structuralSchema, type StructuralSchema } from '../../../hack/crds/structural.ts';
import { specSchema } from '../../../src/api/schema/spec.ts';

const root: StructuralSchema = helmReleaseDefinition.spec.versions[0].schema.openAPIV3Schema;

/** All that Kubernetes lets stand in a structural schema, as far as we use it. */
const ALLOWED = new Set([
  ...['type', 'format', 'description', 'enum', 'required', 'properties', 'items', 'maxItems'],
  ...['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-preserve-unknown-fields'],
  'x-kubernetes-validations',
]);

function* nodes(schema: StructuralSchema, path = ''): Generator<readonly [string, StructuralSchema]> {
  yield [path === '' ? '.' : path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (schema.items !== undefined) yield* nodes(schema.items, `${path}[]`);
}

describe('the CustomResourceDefinition', () => {
  for (const [path, node] of nodes(root)) {
    it(`is structural and documented at ${path}`, () => {
      expect(Object.keys(node).filter((keyword) => !ALLOWED.has(keyword))).to.deep.equal([]);
      expect(node.type !== undefined || node['x-kubernetes-preserve-unknown-fields'] === true).to.equal(true);
      expect(node.properties === undefined || node.type === 'object').to.equal(true);
      expect((node.items === undefined) === (node.type !== 'array')).to.equal(true);
      for (const name of node.required ?? []) expect(node.properties).to.have.property(name);
      for (const key of node['x-kubernetes-list-map-keys'] ?? []) {
        expect(node.items?.required).to.include(key);
      }
      if (path !== '.metadata') expect(node.description).to.match(/^[A-Z].*\.$/);
    });
  }

  it('is the one kind that 1.4.4 had, under its names, in one version', () => {
    const { group, names, scope, versions } = helmReleaseDefinition.spec;

    expect({ group, names, scope }).to.deep.equal({
      group: 'helm.fluxcd.io',
      names: {
        kind: 'HelmRelease',
        listKind: 'HelmReleaseList',
        plural: 'helmreleases',
        singular: 'helmrelease',
        shortNames: ['hr', 'hrs'],
      },
      scope: 'Namespaced',
    });
    expect(versions.map(({ name, served, storage }) => [name, served, storage])).to.deep.equal([
      ['v1', true, true],
    ]);
  });

  it('requires of a spec what 1.4.4 required, and no more', () => {
    const required = [...nodes(root)]
      .filter(([path]) => path === '.' || path.startsWith('.spec'))
      .flatMap(([path, node]) => (node.required ?? []).map((name) => `${path} ${name}`));

    expect(required).to.have.members([
      '. metadata',
      '. spec',
      '.spec chart',
      '.spec.chart.secretRef name',
      '.spec.chart.chartPullSecret name',
      '.spec.valueFileSecrets[] name',
      '.spec.valuesFrom[].configMapKeyRef name',
      '.spec.valuesFrom[].secretKeyRef name',
      '.spec.valuesFrom[].externalSourceRef url',
      '.spec.valuesFrom[].chartFileRef path',
    ]);
  });

  it('has no rule on the whole object, which every write of a status would run', () => {
    expect(root).not.to.have.property('x-kubernetes-validations');
    expect(root.properties?.['status']).to.satisfy((status: StructuralSchema) =>
      [...nodes(status)].every(([, node]) => node['x-kubernetes-validations'] === undefined),
    );
  });

  it('says in every rule what is wrong and what to do, as one sentence without a full stop', () => {
    const rules = [...nodes(root)].flatMap(([, node]) => node['x-kubernetes-validations'] ?? []);

    expect(rules).not.to.have.length(0);
    for (const { message } of rules) expect(message).to.match(/^[A-Za-z].{40,300}[^.]$/);
  });

  it('has the columns of 1.4.4 first, and the age last', () => {
    expect(PRINTER_COLUMNS.map(({ name }) => name)).to.deep.equal([
      'Release',
      'Phase',
      'ReleaseStatus',
      'Message',
      'Ready',
      'Status',
      'Chart',
      'Revision',
      'Suspended',
      'Age',
    ]);
  });

  it('tells in the description of a field what holds without it', () => {
    expect(structuralSchema(specSchema).properties?.['timeout']?.description).to.match(/ Default: 300\.$/);
  });

  it('refuses to translate a keyword that nobody has thought about', () => {
    expect(() => structuralSchema(z.object({ a: z.string().min(1) }))).to.throw(
      /no translation for minLength/,
    );
  });
});

describe('the chart of the operator', () => {
  it('carries the same CustomResourceDefinition', () => {
    const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

    expect(read('charts/helm-release-operator/crds/helmrelease.yaml')).to.equal(
      read('crds/helmrelease.yaml'),
    );
  });
});
