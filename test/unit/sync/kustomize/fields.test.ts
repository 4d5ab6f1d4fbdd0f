import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mapReferences, type Reference } from '../../../../src/sync/kustomize/fields.ts';
import { KUSTOMIZATION_FIELDS, parseKustomization } from '../../../../src/sync/kustomize/kustomization.ts';
import { mapPluginReferences, parsePluginConfig } from '../../../../src/sync/kustomize/plugin-config.ts';
import {
  isInline,
  pathOf,
  pluginReferencesOf,
  referencesOf,
} from '../../../../src/sync/kustomize/references.ts';
import { RefusedError } from '../../../../src/sync/kustomize/refused.ts';

const short = ({ field, kind, text }: Reference): string => `${field} ${kind} ${text}`;

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (caught) {
    if (!(caught instanceof RefusedError)) throw caught;
    return [caught.place.field, caught.message].filter((part) => part !== undefined).join(' ');
  }
  throw new Error('it was not refused');
}

describe('the fields of a kustomization', () => {
  const of = (yaml: string): readonly string[] =>
    referencesOf(parseKustomization(Buffer.from(yaml))).map(short);

  it('name files and folders, each in its own way', () => {
    expect(
      of(`
resources: [a.yaml, ../base]
bases: [old]
components: [part]
crds: [crd.json]
configurations: [config.yaml]
openapi: {path: schema.json}
patches: [{path: p.yaml, target: {kind: X}}, {patch: "- op: remove"}]
patchesJson6902: [{path: j.yaml}]
patchesStrategicMerge: [s.yaml, "kind: X\\nmetadata: {}"]
replacements: [{path: r.yaml}, {source: {kind: X}}]
configMapGenerator: [{name: m, files: [f.txt, k=g.txt], envs: [e.env], env: o.env, literals: [a=b]}]
secretGenerator: [{type: Opaque, files: [s.txt]}]
generators: [gen.yaml]
transformers: [trans.yaml]
validators: [valid.yaml]
namespace: shop
`),
    ).to.deep.equal([
      'resources[0] folder-or-file a.yaml',
      'resources[1] folder-or-file ../base',
      'bases[0] folder-or-file old',
      'components[0] folder part',
      'crds[0] file crd.json',
      'configurations[0] file config.yaml',
      'openapi.path file schema.json',
      'patches[0].path file p.yaml',
      'patchesJson6902[0].path file j.yaml',
      'patchesStrategicMerge[0] inline-or-file s.yaml',
      'patchesStrategicMerge[1] inline-or-file kind: X\nmetadata: {}',
      'replacements[0].path file r.yaml',
      'configMapGenerator[0].files[0] file f.txt',
      'configMapGenerator[0].files[1] file g.txt',
      'configMapGenerator[0].envs[0] file e.env',
      'configMapGenerator[0].env file o.env',
      'secretGenerator[0].files[0] file s.txt',
      'generators[0] plugin gen.yaml',
      'transformers[0] plugin trans.yaml',
      'validators[0] plugin valid.yaml',
    ]);
  });

  const refused: Readonly<Record<string, string>> = {
    'helmCharts: []': 'helmCharts charts are not rendered',
    'helmGlobals: {chartHome: /etc}': 'helmGlobals charts are not rendered',
    'helmChartInflationGenerator:': 'helmChartInflationGenerator charts are not rendered',
    'inventory: {}': 'inventory is no field that kustomize 5.8 has here',
    // kustomize compares names of fields without their case
    'Resources: [/etc/passwd]': 'Resources is no field',
    'configMapGenerator: [{Files: [/etc/passwd]}]': 'configMapGenerator[0].Files is no field',
    'patches: [{PATH: x}]': 'patches[0].PATH is no field',
    'openapi: {Path: x}': 'openapi.Path is no field',
    'resources: a.yaml': 'resources must be a list',
    'resources: [1]': 'resources[0] must be a text',
    'openapi: [x]': 'openapi must be a map',
    'secretGenerator: [{files: ["="]}]': 'secretGenerator[0].files[0] must be PATH or KEY=PATH',
    'secretGenerator: [{files: [a=b=c]}]': 'secretGenerator[0].files[0] must be PATH or KEY=PATH',
    '__proto__: {}': '__proto__ is no field',
  };
  for (const [yaml, why] of Object.entries(refused)) {
    it(`are refused: ${yaml}`, () => {
      expect(refusal(() => of(yaml))).to.contain(why);
    });
  }

  it('are those of one map', () => {
    expect(refusal(() => of('# nothing'))).to.contain('is empty');
    expect(refusal(() => of('resources: []\n---\nresources: []'))).to.contain('one document');
    expect(refusal(() => of('[]'))).to.contain('must be a map');
    expect(refusal(() => of('a: [')).startsWith('is not valid YAML at line 1')).to.equal(true);
  });

  it('get other paths, and their keys stay', () => {
    const kustomization = parseKustomization(
      Buffer.from('configMapGenerator: [{name: a, files: [sub/f.txt, k=g.txt]}]\nresources:\nnamePrefix: x-'),
    );
    const mapped = mapReferences(kustomization, KUSTOMIZATION_FIELDS, '', ({ text }) => `./new/${text}`);

    expect(mapped).to.deep.equal({
      configMapGenerator: [{ name: 'a', files: ['f.txt=./new/sub/f.txt', 'k=./new/g.txt'] }],
      resources: null,
      namePrefix: 'x-',
    });
  });
});

describe('the configuration of generators and transformers', () => {
  const of = (yaml: string): readonly string[] =>
    parsePluginConfig(Buffer.from(yaml)).flatMap(pluginReferencesOf).map(short);

  it('names files too', () => {
    expect(
      of(`
{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: a}, files: [f.txt], envs: [e]}
---
{apiVersion: builtin, kind: PatchTransformer, metadata: {name: b}, path: p.yaml}
---
{apiVersion: builtin, kind: PatchJson6902Transformer, metadata: {name: c}, path: j.yaml}
---
{apiVersion: builtin, kind: PatchStrategicMergeTransformer, metadata: {name: d}, paths: [s.yaml]}
---
{apiVersion: builtin, kind: ReplacementTransformer, metadata: {name: e}, replacements: [{path: r.yaml}]}
---
{apiVersion: builtin, kind: ValueAddTransformer, metadata: {name: f}, targetFilePath: t.yaml}
`),
    ).to.deep.equal([
      'files[0] file f.txt',
      'envs[0] file e',
      'path file p.yaml',
      'path file j.yaml',
      'paths[0] inline-or-file s.yaml',
      'replacements[0].path file r.yaml',
      'targetFilePath file t.yaml',
    ]);
  });

  const refused: Readonly<Record<string, string>> = {
    '{apiVersion: example.com/v1, kind: Mine}': 'apiVersion must be builtin',
    '{apiVersion: x/builtin, kind: PatchTransformer}': 'apiVersion must be builtin',
    '{apiVersion: builtin, kind: HelmChartInflationGenerator}': 'kind charts are not rendered',
    '{apiVersion: builtin, kind: patchtransformer}': 'kind must be one of those built into kustomize',
    '{apiVersion: builtin, kind: toString}': 'kind must be one of those built into kustomize',
    '{apiVersion: builtin, kind: PatchTransformer, Path: /etc/passwd}': 'Path is no field',
    '{apiVersion: builtin, kind: HashTransformer, metadata: {annotations: {config.kubernetes.io/function: x}}}':
      'metadata.annotations.config.kubernetes.io/function asks for a function',
    '{apiVersion: v1, kind: List, items: []}': 'apiVersion must be builtin',
    '- a': 'it must be a map',
    '# nothing': 'configures nothing',
  };
  for (const [yaml, why] of Object.entries(refused)) {
    it(`is refused: ${yaml}`, () => {
      expect(refusal(() => of(yaml))).to.contain(why);
    });
  }

  it('gets other paths', () => {
    const [config = {}] = parsePluginConfig(
      Buffer.from('{apiVersion: builtin, kind: PatchTransformer, path: p.yaml}'),
    );

    expect(mapPluginReferences(config, () => './q.yaml')).to.include({ path: './q.yaml' });
  });
});

describe('a reference', () => {
  const path = (text: string, folder = 'apps/web'): string => pathOf({ text, field: 'f' }, folder);

  it('is a path from the folder of its file', () => {
    expect(path('a.yaml')).to.equal('apps/web/a.yaml');
    expect(path('./x//y/')).to.equal('apps/web/x/y');
    expect(path('../../base')).to.equal('base');
    expect(path('../..')).to.equal('');
    expect(path('..a/b', '')).to.equal('..a/b');
  });

  it('leads nowhere else', () => {
    for (const bad of ['../../..', '../../../apps/web/a.yaml', '../../../../etc/passwd', 'x/../../../../y']) {
      expect(
        refusal(() => path(bad)),
        bad,
      ).to.contain('leads out of the repository');
    }
    expect(refusal(() => path('/etc/passwd'))).to.contain('absolute path');
    expect(refusal(() => path(''))).to.contain('empty');
    expect(refusal(() => path('a\nb'))).to.contain('control character');
    expect(refusal(() => path('x'.repeat(1_001)))).to.contain('longer');
  });

  it('is no address', () => {
    const addresses = [
      'https://example.com/base?ref=v1',
      'http:/example.com/x',
      'ssh://git@example.com/x',
      'git@example.com:org/repo',
      'git::https://example.com/x',
      'file:///etc',
    ];
    for (const address of addresses) {
      expect(
        refusal(() => path(address)),
        address,
      ).to.contain('nothing is fetched');
    }
  });

  it('is inline only where it may be', () => {
    const inline = (kind: Reference['kind'], text: string): boolean => isInline({ kind, text, field: 'f' });

    expect(inline('inline-or-file', 'a: 1\nb: 2')).to.equal(true);
    expect(inline('plugin', ' {a: 1}')).to.equal(true);
    expect(inline('plugin', 'a.yaml')).to.equal(false);
    expect(inline('file', 'a\nb')).to.equal(false);
  });
});
