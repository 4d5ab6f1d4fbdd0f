import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { generatedFiles } from '../../../hack/crds/generate.ts';

const SCRIPT = fileURLToPath(new URL('../../../hack/crds/main.ts', import.meta.url));
const crds = (...args: readonly string[]) =>
  spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });

describe('npm run crds', function () {
  this.timeout(30_000);

  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'crds-test-'));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it('finds that what is committed is what the schema says', () => {
    const { status, stderr } = crds('--check');

    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });

  it('writes what is missing, and nothing the second time', () => {
    const first = crds('--root', root);
    const second = crds('--root', root);

    expect(first.stdout).to.equal([...generatedFiles().keys()].map((file) => `wrote ${file}\n`).join(''));
    expect(second.stdout).to.equal('');
  });

  it('writes the definition, its copy in the chart and the page of each kind', () => {
    expect([...generatedFiles().keys()]).to.deep.equal([
      'crds/helmrelease.yaml',
      'charts/helm-release-operator/crds/helmrelease.yaml',
      'docs/reference/helmrelease.md',
      'crds/gitsync.yaml',
      'charts/helm-release-operator/crds/gitsync.yaml',
      'docs/reference/gitsync.md',
    ]);
  });

  for (const file of ['crds/helmrelease.yaml', 'crds/gitsync.yaml', 'docs/reference/gitsync.md']) {
    it(`says with --check that ${file} differs, ends with 1, and leaves it as it is`, async () => {
      crds('--root', root);
      await appendFile(join(root, file), '# edited by hand\n');

      const first = crds('--check', '--root', root);
      const second = crds('--check', '--root', root);

      expect(first.status).to.equal(1);
      expect(first.stderr).to.equal(
        `${file} is not what the schema in src/api says: run \`npm run crds\` and commit the result\n`,
      );
      expect(second.stderr).to.equal(first.stderr);
    });
  }
});
