import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Closure, closureOf } from '../../../../src/sync/kustomize/closure.ts';
import { RefusedError } from '../../../../src/sync/kustomize/refused.ts';
import { commitTree, type Node } from '../../../support/commit-tree.ts';

type Nodes = Readonly<Record<string, Node>>;

const BASE: Nodes = {
  'base/kustomization.yaml': 'resources: [release.yaml]\n',
  'base/release.yaml': 'kind: HelmRelease\n',
  'overlays/production/kustomization.yaml':
    'resources: [../../base]\npatches: [{path: ../patch.yaml}]\n# a comment\n',
  'overlays/patch.yaml': 'kind: HelmRelease\n',
  'beside.yaml': 'kind: Secret\n',
};

const close = (nodes: Nodes, folder = 'overlays/production'): Promise<Closure> =>
  closureOf(folder, commitTree(nodes));

async function refusal(nodes: Nodes, folder = 'a'): Promise<unknown> {
  try {
    await closureOf(folder, commitTree(nodes));
  } catch (caught) {
    if (!(caught instanceof RefusedError)) throw caught;
    return caught.fault;
  }
  throw new Error('it was not refused');
}

const inA = (kustomization: string, more: Nodes = {}): Nodes => ({
  'a/kustomization.yaml': kustomization,
  ...more,
});

describe('the closure of a kustomization', () => {
  it('is what it leads to, and no more', async () => {
    const closure = await close(BASE);

    expect(closure.files.map(({ path }) => path)).to.deep.equal(['base/release.yaml', 'overlays/patch.yaml']);
    expect(closure).to.include({
      ...{ folder: 'overlays/production', file: 'overlays/production/kustomization.yaml', count: 4 },
    });
    expect([...closure.written].map(([path, text]) => [path, JSON.parse(text) as unknown])).to.deep.equal([
      [
        'repository/overlays/production/kustomization.yaml',
        { resources: ['../../base'], patches: [{ path: '../patch.yaml' }] },
      ],
      ['repository/base/kustomization.yaml', { resources: ['./release.yaml'] }],
    ]);
  });

  it('has a digest that changes with what is in it, and with nothing beside it', async () => {
    const { digest } = await close(BASE);
    const changed = async (path: string, text: string): Promise<boolean> =>
      (await close({ ...BASE, [path]: text })).digest !== digest;

    expect(await changed('beside.yaml', 'kind: Other')).to.equal(false);
    expect(await changed('base/new.yaml', 'kind: Other')).to.equal(false);
    expect(await changed('base/release.yaml', 'kind: Other')).to.equal(true);
    expect(await changed('base/kustomization.yaml', 'resources: []')).to.equal(true);
    expect((await close(BASE, 'base')).digest).not.to.equal(digest);
  });

  it('looks up as often as the folders are deep, however many there are', async () => {
    const folders = Array.from({ length: 50 }, (_, at) => `f${String(at)}`);
    const tree = commitTree({
      'kustomization.yaml': `resources: [${folders.join(', ')}]`,
      ...Object.fromEntries(folders.map((name) => [`${name}/kustomization.yaml`, 'resources: [../x.yaml]'])),
      'x.yaml': '',
    });
    await closureOf('', tree);

    expect(tree.lookups.length).to.equal(5);
  });

  it('follows links inside the repository to where things are', async () => {
    const closure = await close(
      {
        'a/kustomization.yaml': 'resources: [linked, file.yaml]',
        'a/linked': { link: '../real/deep' },
        'a/file.yaml': { link: '../real/other.yaml' },
        'real/deep/kustomization.yaml': 'resources: [../other.yaml]',
        'real/other.yaml': 'kind: X',
      },
      'a',
    );

    expect(closure.files.map(({ path }) => path)).to.deep.equal(['real/other.yaml']);
    expect(JSON.parse(closure.written.get('repository/a/kustomization.yaml') ?? '')).to.deep.equal({
      resources: ['../real/deep', '../real/other.yaml'],
    });
  });

  it('ends where folders lead to each other', async () => {
    const closure = await close(
      { 'a/kustomization.yaml': 'resources: [../b]', 'b/kustomization.yaml': 'resources: [../a, ../b]' },
      'a',
    );

    expect(closure.count).to.equal(2);
  });

  it('holds inline texts as files of its own', async () => {
    const closure = await close(
      inA('patchesStrategicMerge:\n  - |\n    kind: X\n    name: "/../../../../etc/passwd"\n'),
      'a',
    );

    expect(JSON.parse(closure.written.get('repository/a/kustomization.yaml') ?? '')).to.deep.equal({
      patchesStrategicMerge: ['../../inline/1.yaml'],
    });
    expect(closure.written.get('inline/1.yaml')).to.equal('kind: X\nname: "/../../../../etc/passwd"\n');
    expect(closure.meaning.get('inline/1.yaml')).to.equal('patchesStrategicMerge[0] of a/kustomization.yaml');
  });

  it('reads the configuration of generators, whose paths are those of the kustomization', async () => {
    const config = (path: string): string =>
      `{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: m}, files: [${path}]}`;
    const closure = await close(
      inA(`generators: [../shared/gen.yaml, "${config('k=here.txt')}"]`, {
        'shared/gen.yaml': config('here.txt'),
        'a/here.txt': 'text',
      }),
      'a',
    );

    expect(closure.files.map(({ path }) => path)).to.deep.equal(['a/here.txt']);
    expect(closure.written.get('inline/1.yaml')).to.contain('"files":["here.txt=./here.txt"]');
    expect(closure.written.get('inline/2.yaml')).to.contain('"files":["k=./here.txt"]');
  });

  it('names file and field of what is not in the repository', async () => {
    expect(await refusal(inA('resources: [b.yaml, c.yaml]', { 'a/b.yaml': '' }))).to.deep.equal({
      file: 'a/kustomization.yaml',
      field: 'resources[1]',
      why: "names 'c.yaml', which is not in the repository",
    });
  });

  it('names the folder that wants one without a kustomization', async () => {
    expect(await refusal(inA('resources: [../b]', { 'b/x.yaml': '' }))).to.deep.equal({
      file: 'a/kustomization.yaml',
      field: 'resources[0]',
      why: "the folder 'b' holds no kustomization.yaml",
    });
    expect(await refusal({ 'a/x.yaml': '' })).to.include({ file: 'a' });
    expect(await refusal({ 'x/y': '' })).to.include({ why: 'is no folder of the repository' });
  });

  const wrong: Readonly<Record<string, readonly [Nodes, string]>> = {
    'a link out of the repository': [
      inA('resources: [out.yaml]', { 'a/out.yaml': { link: '../../../etc/passwd' } }),
      "names 'out.yaml', which leads out of the repository",
    ],
    'a link to an absolute path': [
      inA('resources: [out.yaml]', { 'a/out.yaml': { link: '/etc/passwd' } }),
      "names 'out.yaml', which leads out of the repository",
    ],
    'a folder where a file must be': [
      inA('crds: [d]', { 'a/d/x': '' }),
      "names 'd', which is a folder: it must be a file",
    ],
    'a file where a folder must be': [
      inA('components: [x.yaml]', { 'a/x.yaml': '' }),
      "names 'x.yaml', which is a file: it must be a folder",
    ],
    'a folder of generators, whose kustomization could make anything of them': [
      inA('generators: [d]', { 'a/d/kustomization.yaml': 'resources: []' }),
      "names 'd', which is a folder: it must be a file",
    ],
    'a kustomization as a file': [
      inA('configMapGenerator: [{name: m, files: [kustomization.yaml]}]'),
      "names 'kustomization.yaml', which is a kustomization: name its folder",
    ],
    'two kustomizations in a folder': [
      inA('resources: []', { 'a/Kustomization': '' }),
      "the folder 'a' holds a second kustomization, a/Kustomization: keep one of them",
    ],
    'a file that is too large': [
      inA('resources: [x.yaml]', { 'a/x.yaml': Buffer.alloc(5_000_001) }),
      "'a/x.yaml' is larger than 5 MB",
    ],
    'a kustomization that is too large': [inA(`# ${'x'.repeat(1_000_000)}`), 'is larger than 1 MB'],
    'a name that is too long for a disk': [
      inA(`resources: [${'x'.repeat(256)}]`, { [`a/${'x'.repeat(256)}`]: '' }),
      'names a file whose name is too long',
    ],
  };
  for (const [what, [nodes, why]] of Object.entries(wrong)) {
    it(`refuses ${what}`, async () => {
      expect(await refusal(nodes)).to.include({ file: 'a/kustomization.yaml', why });
    });
  }

  it('says where in a generator something is refused', async () => {
    const nodes = inA('generators: [gen.yaml]', {
      'a/gen.yaml': '{apiVersion: builtin, kind: PatchTransformer, path: /etc/passwd}',
    });

    expect(await refusal(nodes)).to.include({ file: 'a/gen.yaml', field: 'path' });
    expect(
      await refusal(inA('generators: ["{apiVersion: builtin, kind: PatchTransformer, path: ../../x}"]')),
    ).to.include({ file: 'a/kustomization.yaml', field: 'generators[0]: path' });
  });

  it('is bounded where aliases stand for large texts', async () => {
    const text = 'x'.repeat(900_000);
    const aliases = Array.from({ length: 1_000 }, () => '*a').join(', ');
    const annotations = Array.from({ length: 1_000 }, (_, at) => `a${String(at)}: *a`).join(', ');

    expect(await refusal(inA(`commonAnnotations: {a: &a ${text}, ${annotations}}`))).to.have.property(
      'why',
      'becomes larger than 4 MB when its aliases are written out',
    );
    expect(await refusal(inA(`patchesStrategicMerge: [&a "a\\n${text}", ${aliases}]`))).to.have.property(
      'why',
      'all that is built together is larger than 50 MB',
    );
    expect(
      await refusal(
        inA(
          `generators: [&a "{apiVersion: builtin, kind: HashTransformer} # ${text}", ${aliases}]`.replace(
            '# ',
            '\\n# ',
          ),
        ),
      ),
    )
      .to.have.property('why')
      .that.contains('are larger than 10 MB');
  });

  it('is bounded', async () => {
    const many = Array.from({ length: 6 }, (_, at) => `f${String(at)}`);
    const tree = commitTree(
      inA(
        `resources: [${many.join(', ')}]`,
        Object.fromEntries(many.map((name) => [`a/${name}`, 'x'.repeat(10)])),
      ),
    );
    const why = async (files: number, bytes: number): Promise<string> =>
      closureOf('a', tree, { files, bytes }).then(
        () => 'built',
        (error: unknown) => (error as Error).message,
      );

    expect(await why(5, 1e6)).to.contain('more than 5 files');
    expect(await why(6, 1e6)).to.contain('more than 6 files');
    expect(await why(10, 80)).to.contain('larger than 0 MB');
    expect(await why(10, 1e6)).to.equal('built');
  });
});
