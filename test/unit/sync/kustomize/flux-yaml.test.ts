import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type FluxConfig, parseFluxYaml } from '../../../../src/sync/kustomize/flux-yaml.ts';
import { RefusedError } from '../../../../src/sync/kustomize/refused.ts';

const parse = (yaml: string): FluxConfig => parseFluxYaml(Buffer.from(yaml));
const withCommand = (command: string): string =>
  `version: 1\ncommandUpdated: {generators: [{command: ${JSON.stringify(command)}}]}`;

function refusal(yaml: string): string {
  try {
    parse(yaml);
  } catch (caught) {
    if (!(caught instanceof RefusedError)) throw caught;
    return [caught.place.field, caught.message].filter((part) => part !== undefined).join(' ');
  }
  throw new Error('it was not refused');
}

describe('a .flux.yaml', () => {
  it('asks for builds, whoever updated what they make', () => {
    expect(
      parse(`
version: 1
commandUpdated:
  generators:
    - command: kustomize build .
    - command: kustomize build ../base
  updaters:
    - containerImage: {command: ./update.sh}
`).generators.map(({ folder }) => folder),
    ).to.deep.equal(['.', '../base']);
  });

  it('may have a patch', () => {
    expect(
      parse(`
version: 1
patchUpdated:
  generators: [{command: kustomize build}]
  patchFile: flux-patch.yaml
`),
    ).to.deep.equal({
      generators: [{ folder: '.', field: 'patchUpdated.generators[0].command' }],
      patchFile: 'flux-patch.yaml',
    });
  });

  const builds: Readonly<Record<string, string>> = {
    'kustomize build': '.',
    '  kustomize  build   overlays/production\n': 'overlays/production',
    'kustomize build --load_restrictor none .': '.',
    'kustomize build . --load_restrictor=none': '.',
    'kustomize build --load-restrictor LoadRestrictionsNone ../x': '../x',
    'kustomize build --reorder none .': '.',
    'kustomize build --reorder=legacy ./a': './a',
  };
  for (const [command, folder] of Object.entries(builds)) {
    it(`builds: ${command.trim()}`, () => {
      expect(parse(withCommand(command)).generators[0]?.folder).to.equal(folder);
    });
  }

  const others = [
    'helm template .',
    'kustomize',
    'kustomize edit fix',
    'kustomize build . | envsubst',
    'kustomize build . && rm -rf /',
    'kustomize build .\nrm -rf /',
    'kustomize build $(pwd)',
    'kustomize build `pwd`',
    "kustomize build 'a'",
    'kustomize build a b',
    'kustomize build --enable-helm .',
    'kustomize build --enable_alpha_plugins .',
    'kustomize build --enable-exec .',
    'kustomize build -o /etc/x .',
    'kustomize build --reorder',
    'kustomize build --load-restrictor=/etc',
    'kustomize build --toString x',
    'sops -d x; kustomize build .',
    '/tmp/kustomize build .',
    'kustomize build ~',
  ];
  for (const command of others) {
    it(`does not run: ${JSON.stringify(command)}`, () => {
      const why = refusal(withCommand(command));

      expect(why).to.contain('commandUpdated.generators[0].command');
      expect(why).to.contain(`'${command.replace('\n', ' ')}' is not run`);
    });
  }

  const wrong: Readonly<Record<string, string>> = {
    'version: 2\ncommandUpdated: {generators: [{command: kustomize build}]}': 'version must be 1',
    'commandUpdated: {generators: [{command: kustomize build}]}': 'version must be 1',
    'version: 1': 'must hold either commandUpdated or patchUpdated',
    'version: 1\nfiles: {}': 'files is not done here',
    'version: 1\nscanForFiles: {}': 'scanForFiles is not done here',
    'version: 1\ncommandUpdated: {generators: []}': 'commandUpdated.generators must be a list',
    'version: 1\ncommandUpdated: {generators: [x]}': 'commandUpdated.generators[0].command must be a command',
    'version: 1\ncommandUpdated: {generators: [{command: kustomize build}], patchFile: x}':
      'commandUpdated.patchFile is no field',
    'version: 1\npatchUpdated: {generators: [{command: kustomize build}]}':
      'patchUpdated.patchFile must name',
    '[]': 'must hold one map',
    'a: [': 'is not valid YAML',
  };
  for (const [yaml, why] of Object.entries(wrong)) {
    it(`is refused: ${JSON.stringify(yaml)}`, () => {
      expect(refusal(yaml)).to.contain(why);
    });
  }

  it('has no end of commands', () => {
    const generators = Array.from({ length: 21 }, () => '{command: kustomize build}').join(', ');

    expect(refusal(`version: 1\ncommandUpdated: {generators: [${generators}]}`)).to.contain('more than 20');
  });
});
