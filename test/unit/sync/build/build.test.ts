import { expect } from 'chai';
import { describe, it } from 'mocha';
import { build, type Built } from '../../../../src/sync/build/build.ts';
import { createParser } from '../../../../src/sync/build/parser.ts';
import { sentenceOf } from '../../../../src/sync/record/failure.ts';
import { configMap, type Files, type Repository, repositoryOf } from './repository.ts';

const { signal } = new AbortController();

const places = (result: Built): readonly string[] =>
  result.kind === 'built'
    ? result.documents.map(({ file, index, object }) => `${file}#${String(index)} ${object.metadata.name}`)
    : result.faults.map((fault) => sentenceOf([fault]));

const built = async (repository: Repository, paths = ['.']): Promise<readonly string[]> =>
  places(await build(paths, repository, signal));

const many = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`m/${String(at)}.yaml`, configMap(`m${String(at)}`)]),
  );

describe('a build', () => {
  it('gives the objects of all paths in the order of their files, each once', async () => {
    const repository = repositoryOf({
      'b/two.yaml': `${configMap('b')}---\n${configMap('c')}`,
      'a/one.json': '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}',
      'a/chart/Chart.yaml': 'name: x',
      'a/chart/templates/x.yaml': '{{ no yaml',
      'other/x.yaml': 'not: wanted',
    });

    expect(await built(repository, ['b', 'a', 'a/chart', './b/'])).to.deep.equal([
      'a/one.json#1 a',
      'b/two.yaml#1 b',
      'b/two.yaml#2 c',
    ]);
  });

  it('names every fault, and gives no object then', async () => {
    const repository = repositoryOf({ 'a.yaml': 'a: 1', 'b.yaml': configMap('b'), 'c.yaml': 'x: [' });

    const sentences = await built(repository);

    expect(sentences).to.have.lengthOf(2);
    expect(sentences[0]).to.match(/^a\.yaml, document 1, line 1: .*\.gitsyncignore$/);
    expect(sentences[1]).to.match(/^c\.yaml, document 1, line 1: .*not valid YAML/);
  });

  it('leaves out what a .gitsyncignore names, and counts it', async () => {
    const repository = repositoryOf({
      'deploy/.gitsyncignore': 'values.yaml\nold/\n',
      'deploy/a.yaml': configMap('a'),
      'deploy/values.yaml': 'a: 1',
      'deploy/old/b.yaml': 'b: 1',
      'deploy/old/kustomization.yaml': '',
    });

    const result = await build(['deploy'], repository, signal);

    expect(places(result)).to.deep.equal(['deploy/a.yaml#1 a']);
    expect(result).to.have.property('ignored', 3);
    expect(repository.units).to.deep.equal([]);
  });

  it('gives apart what Flux v1 was told to leave alone', async () => {
    const left =
      'apiVersion: v1\nkind: Secret\nmetadata: {name: b, annotations: {fluxcd.io/ignore: "true"}}\n';
    const result = await build(['.'], repositoryOf({ 'a.yaml': configMap('a'), 'b.yaml': left }), signal);

    expect(places(result)).to.deep.equal(['a.yaml#1 a']);
    expect(result.kind === 'built' && result.left.map(({ object }) => object.metadata.name)).to.deep.equal([
      'b',
    ]);
    expect(result).to.have.property('ignored', 1);
  });

  it('names both places of an object that is written twice', async () => {
    const repository = repositoryOf({ 'a.yaml': configMap('x'), 'b.yaml': configMap('x') });

    expect(await built(repository)).to.deep.equal([
      'b.yaml, document 1, line 1, ConfigMap x: it is written in a.yaml (document 1, line 1) too: remove it from one of the two',
    ]);
  });

  const RELEASE = 'apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata: {name: r}\n';

  it('has kustomize build folders with a kustomization, and skips patches of HelmReleases there', async () => {
    const repository = repositoryOf(
      { 'a.yaml': configMap('a'), 'k/kustomization.yaml': 'x', 'k/patch.yaml': RELEASE },
      () => `# built\n${configMap('k')}---\n${RELEASE}`,
    );

    const result = await build(['.'], repository, signal);

    expect(places(result)).to.deep.equal(['a.yaml#1 a', 'k/kustomization.yaml#1 k']);
    expect(result).to.have.property('ignored', 1);
    expect(repository.units).to.deep.equal([{ kind: 'kustomize', folder: 'k' }]);
    expect(repository.reads).to.deep.equal(['a.yaml']);
  });

  for (const config of ['team/prod/.flux.yaml', 'team/.flux.yaml', '.flux.yaml']) {
    it(`has ${config} say how a path below it is built, and takes none of its files itself`, async () => {
      const repository = repositoryOf(
        { [config]: 'version: 1', 'team/prod/patch.yaml': RELEASE, 'team/prod/k/kustomization.yaml': '' },
        () => configMap('f'),
      );

      expect(await built(repository, ['team/prod'])).to.deep.equal([`${config}#1 f`]);
      expect(repository.units).to.deep.equal([{ kind: 'flux', folder: 'team/prod', config }]);
      expect(repository.reads).to.deep.equal([]);
    });
  }

  it('tells what kustomize says, and what is wrong with what it makes', async () => {
    const repository = repositoryOf(
      { 'a/kustomization.yaml': '', 'b/kustomization.yaml': '' },
      ({ folder }) =>
        folder === 'a' ? { kind: 'failed', fault: { file: 'a/x.yaml', why: 'no such file' } } : 'a: 1\n',
    );

    const [first, second] = await built(repository);

    expect(first).to.equal('a/x.yaml: no such file');
    expect(second).to.match(
      /^b\/kustomization\.yaml, document 1: in what it is built to, it is no Kubernetes object/,
    );
  });

  for (const [what, files, sentence] of [
    ['more manifests than it takes', many(20_001), /^there are more than 20000 manifests: /],
    ['a file that is too large', { 'a.yaml': Buffer.alloc(5_000_001) }, /^a\.yaml: it is larger than 5 MB: /],
    [
      'an ignore file that is too large',
      { '.gitsyncignore': 'x\n'.repeat(60_000) },
      /^\.gitsyncignore: it is larger/,
    ],
  ] as const) {
    it(`refuses ${what}, and reads nothing`, async () => {
      const repository = repositoryOf(files);

      const [found, ...more] = await built(repository);

      expect(found).to.match(sentence);
      expect(more).to.deep.equal([]);
      expect(repository.reads).to.deep.equal([]);
    }).timeout(20_000);
  }

  it('passes on that a path is not there, and ends when nobody wants it any more', async () => {
    const error: unknown = await built(repositoryOf({}), ['a']).catch((caught: unknown) => caught);
    expect(error).to.have.property('message', "no folder 'a'");

    const gone: unknown = await build(
      ['.'],
      repositoryOf({ 'a.yaml': '' }),
      AbortSignal.abort(new Error('gone')),
    ).catch((caught: unknown) => caught);
    expect(gone).to.have.property('message', 'gone');
  });

  it('reads again only the files that another commit changed', async () => {
    const parser = createParser();
    const files: Files = { ...many(150), 'bad.yaml': '# nothing' };
    await build(['.'], repositoryOf(files, undefined, parser), signal);
    const next = repositoryOf({ ...files, 'm/7.yaml': configMap('m7', 'data: {a: b}\n') }, undefined, parser);

    const result = await build(['.'], next, signal);

    expect(next.reads).to.deep.equal(['m/7.yaml']);
    expect(result.kind === 'built' && result.documents).to.have.lengthOf(150);
  });

  it('gives objects that nobody else has', async () => {
    const repository = repositoryOf({ 'a.yaml': configMap('a') });
    const [first, second] = [await build(['.'], repository, signal), await build(['.'], repository, signal)];

    expect(first).to.deep.equal(second);
    expect(first.kind === 'built' && first.documents[0]?.object).to.not.equal(
      second.kind === 'built' && second.documents[0]?.object,
    );
  });
});
