import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { KustomizeBuilt } from '../../../src/sync/kustomize/kustomize-build.ts';
import { type KustomizeWorld, type Nodes, openKustomizeWorld } from './kustomize-world.ts';

const CANARY = 'canary-4b1f';
const OBJECT = '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}';

/** Every field that names a file or a folder, with a place for what it names. */
const FIELDS: Readonly<Record<string, (path: string) => string>> = {
  'resources[1]': (path) => `resources: [x.yaml, ${path}]`,
  'bases[0]': (path) => `bases: [${path}]`,
  'components[0]': (path) => `components: [${path}]`,
  'crds[0]': (path) => `crds: [${path}]`,
  'configurations[0]': (path) => `configurations: [${path}]`,
  'openapi.path': (path) => `openapi: {path: ${path}}`,
  'patches[0].path': (path) => `patches: [{path: ${path}, target: {name: x}}]`,
  'patchesJson6902[0].path': (path) => `patchesJson6902: [{path: ${path}, target: {name: x}}]`,
  'patchesStrategicMerge[0]': (path) => `patchesStrategicMerge: [${path}]`,
  'replacements[0].path': (path) => `replacements: [{path: ${path}}]`,
  'configMapGenerator[0].files[0]': (path) => `configMapGenerator: [{name: m, files: [${path}]}]`,
  'configMapGenerator[0].files[1]': (path) => `configMapGenerator: [{name: m, files: [x.yaml, k=${path}]}]`,
  'configMapGenerator[0].envs[0]': (path) => `configMapGenerator: [{name: m, envs: [${path}]}]`,
  'configMapGenerator[0].env': (path) => `configMapGenerator: [{name: m, env: ${path}}]`,
  'secretGenerator[0].files[0]': (path) => `secretGenerator: [{name: m, files: [k=${path}]}]`,
  'secretGenerator[0].envs[0]': (path) => `secretGenerator: [{name: m, envs: [${path}]}]`,
  'secretGenerator[0].env': (path) => `secretGenerator: [{name: m, env: ${path}}]`,
  'generators[0]': (path) => `generators: [${path}]`,
  'transformers[0]': (path) => `transformers: [${path}]`,
  'validators[0]': (path) => `validators: [${path}]`,
};

/** And every one of what is built into kustomize. */
const BUILTIN: Readonly<Record<string, (path: string) => string>> = {
  'files[0]': (path) => `kind: ConfigMapGenerator\nfiles: [k=${path}]`,
  'envs[0]': (path) => `kind: ConfigMapGenerator\nenvs: [${path}]`,
  env: (path) => `kind: ConfigMapGenerator\nenv: ${path}`,
  'files[1]': (path) => `kind: SecretGenerator\nfiles: [x.yaml, k=${path}]`,
  'paths[0]': (path) => `kind: PatchStrategicMergeTransformer\npaths: [${path}]`,
  path: (path) => `kind: PatchTransformer\npath: ${path}\ntarget: {name: x}`,
  'path ': (path) => `kind: PatchJson6902Transformer\npath: ${path}\ntarget: {name: x}`,
  'replacements[0].path': (path) => `kind: ReplacementTransformer\nreplacements: [{path: ${path}}]`,
  targetFilePath: (path) => `kind: ValueAddTransformer\nvalue: v\ntargetFilePath: ${path}`,
};

describe('a hostile kustomization', function () {
  this.timeout(60_000);
  let world: KustomizeWorld;
  let server: Server;
  let requests: number;
  let ways: Readonly<Record<string, string>>;

  before(async () => {
    world = await openKustomizeWorld();
    server = createServer((_request, response) => {
      requests += 1;
      response.end(`kind: ${CANARY}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const canary = join(world.outside, 'canary.yaml');
    await writeFile(canary, `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${CANARY}}}\n`);
    ways = {
      'an absolute path': canary,
      'a way up': `${'../'.repeat(20)}${canary.slice(1)}`,
      'a way up to beside the work directory': '../../../../../../canary.yaml',
      'a link': 'link.yaml',
      'an absolute link': 'absolute.yaml',
      'a folder by a link': 'out/canary.yaml',
      'a URL': `http://127.0.0.1:${String(port)}/canary.yaml`,
      'a URL that has a folder in the repository': `http:/127.0.0.1:${String(port)}/canary.yaml`,
      'a repository somewhere': `http://127.0.0.1:${String(port)}/org/repo.git//base?ref=v1`,
      'a repository by ssh': 'git@127.0.0.1:org/repo.git',
      'a file URL': `file://${canary}`,
    };
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    await world.close();
  });
  beforeEach(() => {
    requests = 0;
  });
  afterEach(async () => {
    expect(requests).to.equal(0);
    expect(await readdir(world.workDir)).to.deep.equal([]);
  });

  const commit = (kustomization: string, more: Nodes = {}): Nodes => ({
    'a/kustomization.yaml': kustomization,
    'a/x.yaml': OBJECT,
    'a/link.yaml': { link: '../../../../../../canary.yaml' },
    'a/absolute.yaml': { link: join(world.outside, 'canary.yaml') },
    'a/out': { link: '../../../../../..' },
    ...Object.fromEntries(
      Object.values(ways)
        .filter((way) => way.startsWith('http:/'))
        .map((way) => [`a/${way.replace('//', '/')}`, OBJECT]),
    ),
    ...more,
  });
  const quote = (path: string): string => JSON.stringify(path);

  /** What it says and what it makes hold nothing of the outside. */
  async function attack(nodes: Nodes): Promise<KustomizeBuilt> {
    const built = await world.build(nodes, 'a');
    const said = built.kind === 'ok' ? built.bytes.toString('utf8') : built.fault.why;
    expect(said).not.to.contain(CANARY);
    expect(said).not.to.contain(world.workDir);
    return built;
  }

  const refusedAt = (built: KustomizeBuilt): unknown =>
    built.kind === 'failed' ? [built.fault.file, built.fault.field] : 'it was built';

  for (const [field, write] of Object.entries(FIELDS)) {
    it(`reads nothing outside by ${field}`, async () => {
      const runs = world.runs.length;
      for (const [way, path] of Object.entries(ways)) {
        const built = await attack(commit(write(quote(path))));

        expect(refusedAt(built), way).to.deep.equal(['a/kustomization.yaml', field]);
      }
      expect(world.runs.length).to.equal(runs);
    });
  }

  for (const [field, write] of Object.entries(BUILTIN)) {
    const kind = /kind: (\w+)/.exec(write(''))?.[1] ?? '';
    it(`reads nothing outside by ${field.trim()} of a ${kind}`, async () => {
      const runs = world.runs.length;
      const list = kind.endsWith('Generator') ? 'generators' : 'transformers';
      for (const [way, path] of Object.entries(ways)) {
        const config = `apiVersion: builtin\nmetadata: {name: g}\n${write(quote(path))}\n`;
        const inFile = await attack(commit(`${list}: [g.yaml]`, { 'a/g.yaml': config }));
        const inline = await attack(commit(`${list}: [${JSON.stringify(config)}]`));

        expect(refusedAt(inFile), way).to.deep.equal(['a/g.yaml', field.trim()]);
        expect(refusedAt(inline), way).to.deep.equal(['a/kustomization.yaml', `${list}[0]: ${field.trim()}`]);
      }
      expect(world.runs.length).to.equal(runs);
    });
  }

  it('is refused in a base, too', async () => {
    const built = await attack(
      commit('resources: [../base]', {
        'base/kustomization.yaml': `resources: [${quote(ways['a way up'] ?? '')}]`,
      }),
    );

    expect(refusedAt(built)).to.deep.equal(['base/kustomization.yaml', 'resources[0]']);
  });

  it('reads nothing outside by an inline text that kustomize takes for a path', async () => {
    const up = '../'.repeat(20) + join(world.outside, 'canary.yaml').slice(1);
    // Maps to us, and no objects to kustomize, which then joins them to the folder.
    for (const text of [`kind: X\nname: |-\n  /${up}`, `{kind: X,\n "a": "/${up}"}`, `# x\n'/${up}'`]) {
      await attack(commit(`patchesStrategicMerge: [${quote(text)}]`));
      await attack(commit(`generators: [${quote(text)}]`));
      await attack(commit(`transformers: [${quote(text)}]`));
      const paths = `kind: PatchStrategicMergeTransformer\npaths: [${quote(text)}]`;
      await attack(
        commit('transformers: [g.yaml]', {
          'a/g.yaml': `apiVersion: builtin\nmetadata: {name: g}\n${paths}`,
        }),
      );
    }
  });

  it('is read once: what was checked is what kustomize gets', async () => {
    const canary = quote(ways['an absolute path'] ?? '');
    const twice = await attack(commit(`resources: [${canary}]\nresources: [x.yaml]\n`));
    expect(twice.kind).to.equal('ok');

    for (const sly of [
      `resources: [x.yaml]\nresources: [${canary}]\n`,
      `a: &a {resources: [${canary}]}\n<<: *a\n`,
      `"resource\\u0073": [${canary}]\n`,
      `resources: [x.yaml]\n---\nresources: [${canary}]\n`,
      `RESOURCES: [${canary}]\n`,
      `resources: !!seq [!!str ${canary}]\n`,
    ]) {
      expect((await attack(commit(sly))).kind, sly).to.equal('failed');
    }
  });

  it('gets nothing of our environment', async () => {
    const built = await attack(
      commit('configMapGenerator: [{name: m, envs: [names.env]}]', {
        'a/names.env': 'HOME\nPATH\nGOMEMLIMIT\nHELM_RELEASE_OPERATOR_OWNER\n',
      }),
    );

    expect(built.kind === 'ok' && built.bytes.toString('utf8')).to.contain('HELM_RELEASE_OPERATOR_OWNER: ""');
  });

  it('runs no program, no container and no helm', async () => {
    const marker = join(world.outside, 'marker');
    const program = `#!/bin/sh\ntouch ${marker}\n`;
    const annotated = (how: string): string => `
apiVersion: example.com/v1
kind: Mine
metadata:
  name: mine
  annotations:
    config.kubernetes.io/function: |
      ${how}
`;
    const exec = annotated('exec: {path: ./program.sh}');
    const container = annotated('container: {image: example.com/image}');
    const helm = 'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: h}\nname: x\n';
    for (const list of ['generators', 'transformers', 'validators']) {
      for (const plugin of [exec, container, helm]) {
        const built = await attack(
          commit(`${list}: [p.yaml]`, { 'a/p.yaml': plugin, 'a/program.sh': program }),
        );

        expect(refusedAt(built)).to.be.an('array').with.nested.property('[0]', 'a/p.yaml');
      }
    }
    // As a mere object it is one.
    const object = await attack(commit('resources: [p.yaml]', { 'a/p.yaml': exec, 'a/program.sh': program }));
    expect(object.kind).to.equal('ok');
    expect(existsSync(marker)).to.equal(false);
  });
});

describe('a kustomization that takes too much', function () {
  this.timeout(60_000);
  const worlds: KustomizeWorld[] = [];
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });

  const MANY = Array.from({ length: 2_000 }, (_, at) => OBJECT.replace('name: x', `name: x${String(at)}`));
  const LIMITS = { timeoutMs: 20_000, memoryBytes: 512e6, outputBytes: 32e6 };

  async function why(more: Partial<typeof LIMITS>, nodes: Nodes): Promise<unknown> {
    const world = await openKustomizeWorld({ ...LIMITS, ...more });
    worlds.push(world);
    const built = await world.build(nodes, 'a');
    expect(await readdir(world.workDir)).to.deep.equal([]);
    return built.kind === 'failed' ? built.fault : built.kind;
  }

  const file = 'a/kustomization.yaml';
  const nodes = (text: string): Nodes => ({
    [file]: 'resources: [x.yaml]\nnamePrefix: p-\n',
    'a/x.yaml': text,
  });

  it('is ended when it takes too long', async () => {
    expect(await why({ timeoutMs: 300 }, nodes(MANY.join('\n---\n')))).to.deep.equal({
      ...{ file, why: 'kustomize did not finish in 0.3 s' },
    });
  });

  it('is ended when it takes too much memory', async () => {
    const levels = Array.from({ length: 8 }, (_, at) => {
      const below = Array.from({ length: 10 }, () => `*a${String(at)}`).join(', ');
      return `  a${String(at + 1)}: &a${String(at + 1)} [${below}]\n`;
    });
    const bomb = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a0: &a0 [x, x, x]\n${levels.join('')}`;

    expect(await why({ memoryBytes: 100e6 }, nodes(bomb))).to.deep.equal({
      ...{ file, why: 'kustomize took more than 100 MB of memory' },
    });
  });

  it('is refused when it makes too much', async () => {
    const text = `{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: "${'x'.repeat(1_100_000)}"}}`;

    expect(await why({ outputBytes: 1e6 }, nodes(text))).to.deep.equal({
      ...{ file, why: 'kustomize made more than 1 MB of manifests' },
    });
  });
});
