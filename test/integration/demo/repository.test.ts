import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { load, loadAll } from 'js-yaml';
import { manifests, repositoryFiles } from '../../../hack/demo/steps/serve-git.ts';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { tool } from '../../../hack/testenv/testenv.ts';
import { run } from '../../support/run.ts';

interface Deployment {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations: Record<string, string> } };
  };
}

describe('the repository of the demo', () => {
  let dir: string;
  let helm: string;

  before(async function () {
    this.timeout(60_000);
    helm = await tool('helm');
    dir = await mkdtemp(join(tmpdir(), 'demo-repository-'));
    const files = await repositoryFiles();
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const annotationsWith = async (image: string): Promise<Record<string, string>> => {
    const args = ['template', 'shop', join(dir, 'charts/shop'), '--set', `image=${image}`];
    return (load(await run(helm, args)) as Deployment).spec.template.metadata.annotations;
  };

  it('holds a chart that helm has nothing to say against', async () => {
    expect(await run(helm, ['lint', '--strict', join(dir, 'charts/shop')])).to.contain('0 chart(s) failed');
  });

  it('tells simulated pods that an image is missing only for the tag of the bad commit', async () => {
    const sign = 'testenv.helm-release-operator.io/pod';

    expect(await annotationsWith('registry.k8s.io/pause:3.11-missing')).to.include({ [sign]: 'image-pull' });
    expect(await annotationsWith('registry.k8s.io/pause:3.10')).to.not.have.property(sign);
  });

  it('has its address and time limit filled in', async () => {
    const settings = { url: 'http://127.0.0.1:1/shop.git', timeout: 15 };
    const { 'gitsync.yaml': sync, 'shop.yaml': release } = await manifests(settings);

    expect((loadAll(sync).at(-1) as GitSync).spec.url).to.equal(settings.url);
    expect((load(release) as HelmRelease).spec.timeout).to.equal(15);
    expect(`${sync}${release}`).not.to.match(/GIT_URL|TIMEOUT/);
  });
});
