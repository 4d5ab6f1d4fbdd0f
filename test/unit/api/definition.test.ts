import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { GIT_SYNC } from '../../../hack/crds/git-sync.ts';
import { HELM_RELEASE } from '../../../hack/crds/helm-release.ts';
import { definitionOf, schemaOf } from '../../../hack/crds/kind.ts';
import { structuralSchema, type StructuralSchema } from '../../../hack/crds/structural.ts';
import { specSchema } from '../../../src/api/schema/spec.ts';

const root = schemaOf(HELM_RELEASE);
const syncRoot = schemaOf(GIT_SYNC);

/** All that Kubernetes lets stand in a structural schema, as far as we use it. */
const ALLOWED = new Set([
  ...['type', 'format', 'description', 'enum', 'required', 'properties', 'items', 'maxItems'],
  'maxLength',
  ...['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-preserve-unknown-fields'],
  'x-kubernetes-validations',
]);

function* nodes(schema: StructuralSchema, path = ''): Generator<readonly [string, StructuralSchema]> {
  yield [path === '' ? '.' : path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (schema.items !== undefined) yield* nodes(schema.items, `${path}[]`);
}

for (const kind of [HELM_RELEASE, GIT_SYNC]) {
  describe(`the CustomResourceDefinition of ${kind.kind}`, () => {
    const schema = schemaOf(kind);

    for (const [path, node] of nodes(schema)) {
      it(`is structural and documented at ${path}`, () => {
        expect(Object.keys(node).filter((keyword) => !ALLOWED.has(keyword))).to.deep.equal([]);
        expect(node.type !== undefined || node['x-kubernetes-preserve-unknown-fields'] === true).to.equal(
          true,
        );
        expect(node.properties === undefined || node.type === 'object').to.equal(true);
        expect((node.items === undefined) === (node.type !== 'array')).to.equal(true);
        for (const name of node.required ?? []) expect(node.properties).to.have.property(name);
        for (const key of node['x-kubernetes-list-map-keys'] ?? []) {
          expect(node.items?.required).to.include(key);
        }
        if (path !== '.metadata') expect(node.description).to.match(/^[A-Z].*\.$/);
      });
    }

    it('says in every rule what is wrong and what to do, as one sentence without a full stop', () => {
      const rules = [...nodes(schema)].flatMap(([, node]) => node['x-kubernetes-validations'] ?? []);

      expect(rules).not.to.have.length(0);
      for (const { message } of rules) expect(message).to.match(/^[A-Za-z].{40,300}[^.]$/);
    });

    it('runs no rule for a status', () => {
      expect(schema.properties?.['status']).to.satisfy((status: StructuralSchema) =>
        [...nodes(status)].every(([, node]) => node['x-kubernetes-validations'] === undefined),
      );
    });

    it('goes with no chart that renders it', () => {
      expect(definitionOf(kind).metadata.annotations).to.deep.equal({ 'helm.sh/resource-policy': 'keep' });
    });
  });
}

describe('the CustomResourceDefinition of HelmRelease', () => {
  it('is the one kind that 1.4.4 had, under its names, in one version', () => {
    const { group, names, scope, versions } = definitionOf(HELM_RELEASE).spec;

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
  });

  it('has the columns of 1.4.4 first, and the age last', () => {
    expect(HELM_RELEASE.columns.map(({ name }) => name)).to.deep.equal([
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

describe('the CustomResourceDefinition of GitSync', () => {
  it('has its own group, in one version', () => {
    const { group, names, scope, versions } = definitionOf(GIT_SYNC).spec;

    expect({ group, names, scope }).to.deep.equal({
      group: 'gitops.helm-release-operator.io',
      names: {
        kind: 'GitSync',
        listKind: 'GitSyncList',
        plural: 'gitsyncs',
        singular: 'gitsync',
        shortNames: ['gsync'],
      },
      scope: 'Namespaced',
    });
    expect(versions.map(({ name, served, storage }) => [name, served, storage])).to.deep.equal([
      ['v1alpha1', true, true],
    ]);
  });

  it('requires of a spec the URL, and no more', () => {
    const required = [...nodes(syncRoot)]
      .filter(([path]) => path === '.' || path.startsWith('.spec'))
      .flatMap(([path, node]) => (node.required ?? []).map((name) => `${path} ${name}`));

    expect(required).to.have.members([
      ...['. metadata', '. spec', '.spec url', '.spec.secretRef name'],
      // Of what may be left out as a whole.
      ...['.spec.ignore[] paths', '.spec.verify secretRef', '.spec.verify.secretRef name'],
    ]);
  });

  it('bounds every text of a spec and every list of a status', () => {
    const unbounded = [...nodes(syncRoot)].filter(
      ([path, { type, enum: values, maxLength, maxItems }]) =>
        (path.startsWith('.spec.') && type === 'string' && values === undefined && maxLength === undefined) ||
        (type === 'array' && maxItems === undefined),
    );

    expect(unbounded.map(([path]) => path)).to.deep.equal(['.status.conditions']);
  });

  it('leaves a path untyped, which may be a text or a list', () => {
    const path = syncRoot.properties?.['spec']?.properties?.['path'];

    expect(path).to.have.all.keys('description', 'x-kubernetes-preserve-unknown-fields');
  });

  it('shows whether it is ready first, and the age last', () => {
    expect(GIT_SYNC.columns.map(({ name, priority = 0 }) => [name, priority])).to.deep.equal([
      ['Ready', 0],
      ['Status', 0],
      ['Revision', 0],
      ['Objects', 0],
      ['Suspended', 0],
      ['Author', 1],
      ['Subject', 1],
      ['Signed', 1],
      ['Repository', 1],
      ['Age', 0],
    ]);
  });
});

describe('the chart of the operator', () => {
  for (const file of ['helmrelease.yaml', 'gitsync.yaml']) {
    it(`carries the same ${file}`, () => {
      const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

      expect(read(`charts/helm-release-operator/crds/${file}`)).to.equal(read(`crds/${file}`));
    });
  }
});
