import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'mocha';
import { promisify } from 'node:util';
import { type KustomizeWorld, type Nodes, openKustomizeWorld } from './kustomize-world.ts';

const RELEASE = `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata: {name: web}
spec:
  chart: {git: https://example.com/charts, path: web}
  values: {replicas: 1, image: {tag: "1"}}
`;

const FLEET: Nodes = {
  'base/kustomization.yaml': 'resources: [release.yaml]\n',
  'base/release.yaml': RELEASE,
  'overlays/production/kustomization.yaml': `
resources: [../../base]
namespace: production
patches:
  - path: ../patch.yaml
  - patch: '[{"op": "replace", "path": "/spec/values/image/tag", "value": "2"}]'
    target: {kind: HelmRelease, name: web}
`,
  'overlays/patch.yaml': `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata: {name: web}
spec: {values: {replicas: 3}}
`,
};

const config = (name: string, files: string): string =>
  `{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: ${name}}, files: [${files}], options: {disableNameSuffixHash: true}}`;

interface Shown {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly values: unknown };
}

describe('what kustomize makes of a commit', function () {
  this.timeout(60_000);
  let world: KustomizeWorld;
  before(async () => {
    world = await openKustomizeWorld();
  });
  after(() => world.close());

  const objects = async (
    nodes: Nodes,
    unit: Parameters<KustomizeWorld['build']>[1] = 'a',
  ): Promise<readonly Shown[]> => (await world.objects(nodes, unit)) as readonly Shown[];

  it('comes from the version whose fields are known', async () => {
    const { stdout } = await promisify(execFile)(world.binary, ['version']);

    expect(stdout.trim()).to.equal('v5.8.1');
  });

  it('is an overlay that patches a HelmRelease by its name, with a file of the parent folder', async () => {
    const [release, ...more] = await objects(FLEET, 'overlays/production');

    expect(more).to.deep.equal([]);
    expect(release).to.deep.include({
      metadata: { name: 'web', namespace: 'production' },
      spec: {
        chart: { git: 'https://example.com/charts', path: 'web' },
        values: { replicas: 3, image: { tag: '2' } },
      },
    });
  });

  it('is made anew only when its closure changed, and nothing is left on the disk', async () => {
    const before = world.runs.length;
    await objects(FLEET, 'overlays/production');
    await objects({ ...FLEET, 'README.md': 'beside' }, 'overlays/production');
    expect(world.runs.length).to.equal(before);

    await objects({ ...FLEET, 'base/release.yaml': `${RELEASE}# changed\n` }, 'overlays/production');
    expect(world.runs.length).to.equal(before + 1);
    expect(await readdir(world.workDir)).to.deep.equal([]);
  });

  it('has components, generators and what their files hold', async () => {
    const built = await objects({
      'a/kustomization.yaml': `
resources: [x.yaml]
components: [../part]
configMapGenerator:
  - {name: settings, files: [sub/plain.txt, key=sub/named.txt], envs: [values.env], literals: [a=b]}
generatorOptions: {disableNameSuffixHash: true}
secretGenerator: [{name: token, files: [sub/plain.txt]}]
generators: [gen.yaml, "${config('inline', 'k=sub/plain.txt')}"]
transformers:
  - |
    apiVersion: builtin
    kind: PrefixTransformer
    metadata: {name: p}
    prefix: my-
    fieldSpecs: [{path: metadata/name}]
`,
      'a/x.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}',
      'a/gen.yaml': config('own', 'sub/named.txt'),
      'a/sub/plain.txt': 'plain',
      'a/sub/named.txt': 'named',
      'a/values.env': 'ONE=1\nTWO\n',
      'part/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [y.yaml]\n',
      'part/y.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: y}}',
    });
    const data = Object.fromEntries(built.map(({ metadata, data: held }) => [metadata.name, held]));

    expect(data).to.deep.equal({
      'my-x': undefined,
      'my-y': undefined,
      'my-settings': { ONE: '1', TWO: '', a: 'b', 'plain.txt': 'plain', key: 'named' },
      'my-token': { 'plain.txt': Buffer.from('plain').toString('base64') },
      'my-inline': { k: 'plain' },
      'my-own': { 'named.txt': 'named' },
    });
  });

  it('knows the older fields', async () => {
    const [release] = await objects({
      ...FLEET,
      'a/kustomization.yml': `
bases: [../base]
patchesStrategicMerge:
  - ../overlays/patch.yaml
  - |
    apiVersion: helm.fluxcd.io/v1
    kind: HelmRelease
    metadata: {name: web}
    spec: {values: {inline: yes please}}
patchesJson6902:
  - {path: json.yaml, target: {group: helm.fluxcd.io, version: v1, kind: HelmRelease, name: web}}
`,
      'a/json.yaml': '- {op: replace, path: /spec/values/image/tag, value: "9"}',
    });

    expect(release?.spec?.values).to.deep.equal({ replicas: 3, image: { tag: '9' }, inline: 'yes please' });
  });

  it('follows links inside the repository', async () => {
    const built = await objects({
      ...FLEET,
      'a/kustomization.yaml': 'resources: [linked, file.yaml]',
      'a/linked': { link: '../deep/er' },
      'a/file.yaml': { link: '../deep/x.yaml' },
      'deep/x.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}',
      'deep/er/kustomization.yaml': 'resources: [../../base]',
    });

    expect(built.map(({ metadata }) => metadata.name)).to.have.members(['web', 'x']);
  });

  it('says with the paths of Git what is wrong', async () => {
    const built = await world.build(
      {
        'a/kustomization.yaml': 'resources: [x.yaml]\npatchesStrategicMerge:\n  - |\n    kind: X\n    a: b\n',
        'a/x.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}',
      },
      'a',
    );
    const broken = await world.build(
      { 'a/kustomization.yaml': 'resources: [x.yaml]', 'a/x.yaml': 'a: [' },
      'a',
    );

    for (const { kind, why } of [built, broken].map((one) => ({
      kind: one.kind,
      why: JSON.stringify(one),
    }))) {
      expect(kind).to.equal('failed');
      expect(why).not.to.contain(world.outside);
      expect(why).to.contain('a/kustomization.yaml');
    }
    expect(JSON.stringify(broken)).to.contain('x.yaml');
    expect(JSON.stringify(built)).to.contain('patchesStrategicMerge[0] of a/kustomization.yaml');
  });

  it('is what a .flux.yaml of Flux v1 meant, with its patch', async () => {
    const nodes: Nodes = {
      ...FLEET,
      '.flux.yaml': `version: 1
patchUpdated:
  generators: [{command: kustomize build . --load_restrictor none}, {command: kustomize build ../more}]
  patchFile: flux-patch.yaml
`,
      'overlays/more/kustomization.yaml': 'resources: [x.yaml]',
      'overlays/more/x.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}',
      'overlays/production/flux-patch.yaml': `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata:
  name: web
  namespace: production
  annotations: {fluxcd.io/automated: "true"}
spec: {values: {image: {tag: "7"}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {patched: "true"}
`,
    };
    const built = await objects(nodes, {
      kind: 'flux',
      folder: 'overlays/production',
      config: '.flux.yaml',
    });

    expect(built.map(({ spec, data }) => spec?.values ?? data)).to.have.deep.members([
      { replicas: 3, image: { tag: '7' } },
      { patched: 'true' },
    ]);
  });

  it('takes no patch for something that is not there', async () => {
    const built = await world.build(
      {
        ...FLEET,
        'overlays/production/.flux.yaml':
          'version: 1\npatchUpdated: {generators: [{command: kustomize build}], patchFile: p.yaml}\n',
        'overlays/production/p.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: none}}',
      },
      { kind: 'flux', folder: 'overlays/production', config: 'overlays/production/.flux.yaml' },
    );

    expect(built).to.have.nested.property('fault.file', 'overlays/production/p.yaml');
    expect(JSON.stringify(built)).not.to.contain(world.outside);
  });
});
