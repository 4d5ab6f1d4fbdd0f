import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { tools } from '../../../hack/testenv/testenv.ts';
import type { FileChange } from '../../../hack/testenv/git-repos.ts';
import { createRun, type Run } from '../../../src/process/run.ts';
import { openWorkDir, type WorkDir } from '../../../src/process/work-dir.ts';
import { createKustomizeBuild, type KustomizeBuilt } from '../../../src/sync/kustomize/kustomize-build.ts';
import { createKustomize, type Kustomize } from '../../../src/sync/kustomize/run.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { type Harness, never, startHarness } from '../git/harness.ts';

describe('kustomize on a repository', function () {
  this.timeout(60_000);
  let h: Harness;
  let workDir: WorkDir;
  let kustomize: Kustomize;
  let builds: number;

  beforeEach(async () => {
    h = await startHarness();
    workDir = await openWorkDir(`${h.dir}/kustomize`, { log: silentLogger });
    const really = createRun({ owner: workDir.path });
    builds = 0;
    const run: Run = (file, args, options) => {
      if (args[0] === 'build') builds += 1;
      return really(file, args, options);
    };
    const [binary = ''] = await tools(['kustomize']);
    kustomize = createKustomize({ run, binary, workDir });
  });
  afterEach(() => h.stop());

  async function build(files: Record<string, FileChange>, folder: string): Promise<KustomizeBuilt> {
    const commit = await h.server.commit('app', files);
    return createKustomizeBuild({
      ...kustomize,
      lookup: (paths) => h.git.lookup(h.remote, commit, paths, never),
      read: (listed) => h.git.read(h.remote, commit, listed, never),
      signal: never,
    })({ kind: 'kustomize', folder });
  }

  const OBJECT = '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n';

  it('builds an overlay, and runs nothing for a commit beside it', async () => {
    const built = await build(
      {
        'base/kustomization.yaml': 'resources: [x.yaml]\n',
        'base/x.yaml': OBJECT,
        'live/kustomization.yaml': 'resources: [../linked]\nnamePrefix: my-\n',
        linked: { link: 'base' },
      },
      'live',
    );
    expect(built.kind === 'ok' && built.bytes.toString('utf8')).to.contain('name: my-x');

    expect((await build({ 'README.md': 'beside\n' }, 'live')).kind).to.equal('ok');
    expect(builds).to.equal(1);
    await build({ 'base/x.yaml': `# changed\n${OBJECT}` }, 'live');
    expect(builds).to.equal(2);
  });

  it('refuses links that lead out of it', async () => {
    const built = await build(
      {
        'live/kustomization.yaml': 'configMapGenerator: [{name: m, files: [passwd]}]\n',
        'live/passwd': { link: '/etc/passwd' },
      },
      'live',
    );

    expect(built).to.deep.equal({
      kind: 'failed',
      fault: {
        file: 'live/kustomization.yaml',
        field: 'configMapGenerator[0].files[0]',
        why: "names 'passwd', which leads out of the repository",
      },
    });
    expect(builds).to.equal(0);
  });
});
