import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startControlPlane, tool } from '../../../hack/testenv/testenv.ts';
import type { ControlPlane } from '../../../hack/testenv/testenv.ts';
import { run } from '../../support/run.ts';

const MAIN = new URL('../../../hack/demo/main.ts', import.meta.url).pathname;

const CRD = new URL('../../../crds/helmrelease.yaml', import.meta.url).pathname;

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the demo as a process', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'demo-process-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const nothingIsLeft = async (): Promise<void> => {
    expect(await readdir(dir)).to.deep.equal([]);
    expect(await processesKnowing(dir)).to.deep.equal([]);
  };

  it('tells its story to the end, from an empty cluster to an empty cluster, and leaves nothing', async function () {
    this.timeout(300_000);

    const { exitCode, stdout, stderr } = await runDemo(dir, {});

    expect(stderr).to.equal('');
    expect(stdout).to.match(/^deployed \d+\.\d s after git push, ready after \d+\.\d s$/m);
    expect(stdout).to.match(/^Done in \d+ s\. /m);
    expect(exitCode).to.equal(0);
    await nothingIsLeft();
  });

  it('leaves no process and no file when it is interrupted', async function () {
    this.timeout(120_000);

    const { exitCode, stderr } = await runDemo(dir, {}, /^2\. /m);

    expect(stderr.trim()).to.equal('demo: ended by SIGINT, cleaning up');
    expect(exitCode).to.equal(130);
    await nothingIsLeft();
  });

  it('leaves no process when it is interrupted while the control plane starts', async function () {
    this.timeout(120_000);

    const { exitCode } = await runDemo(dir, {}, /testenv -- start/);

    expect(exitCode).to.equal(130);
    await nothingIsLeft();
  });

  it('fails with one sentence when the cluster of the person cannot be used', async function () {
    this.timeout(60_000);

    const { exitCode, stdout, stderr } = await runDemo(dir, { KUBECONFIG: join(dir, 'missing') });

    expect(stdout).to.contain('Your cluster gets a namespace');
    expect(stderr.trim()).to.match(/^demo: "kubectl config view .*" ended with exit code 1$/);
    expect(exitCode).to.equal(1);
    await nothingIsLeft();
  });

  describe('on the cluster of the person', () => {
    let plane: ControlPlane;
    let planeDir: string;

    before(async function () {
      this.timeout(120_000);
      planeDir = await mkdtemp(join(tmpdir(), 'demo-cluster-'));
      plane = await startControlPlane(planeDir);
    });
    after(async () => {
      await plane.stop();
      await rm(planeDir, { recursive: true, force: true });
    });

    const kubectl = async (...args: readonly string[]): Promise<string> =>
      run(await tool('kubectl'), [`--kubeconfig=${plane.kubeconfig}`, ...args]);

    it('takes back release, namespace and definition when it is interrupted', async function () {
      this.timeout(180_000);
      const namespaces = await kubectl('get', 'namespaces', '-o', 'name');
      const kubeconfig = await readFile(plane.kubeconfig, 'utf8');

      const { exitCode, stdout } = await runDemo(dir, { KUBECONFIG: plane.kubeconfig }, /^7\. /m);

      expect(stdout).to.match(/^1\s.*deployed.*Deploy the shop/m);
      expect(exitCode).to.equal(130);
      expect(await kubectl('get', 'namespaces', '-o', 'name')).to.equal(namespaces);
      expect(await kubectl('get', 'customresourcedefinitions', '-o', 'name')).to.equal('');
      expect(await readFile(plane.kubeconfig, 'utf8')).to.equal(kubeconfig);
      await nothingIsLeft();
    });

    it('touches nothing where somebody has HelmReleases already', async function () {
      this.timeout(60_000);
      const namespaces = await kubectl('get', 'namespaces', '-o', 'name');
      await kubectl('create', '-f', CRD);

      const { exitCode, stderr } = await runDemo(dir, { KUBECONFIG: plane.kubeconfig });

      expect(stderr).to.contain('demo: this cluster has HelmReleases already');
      expect(exitCode).to.equal(1);
      expect(await kubectl('get', 'namespaces', '-o', 'name')).to.equal(namespaces);
      expect(await kubectl('get', 'customresourcedefinitions', '-o', 'name')).to.contain('helmreleases');
    });
  });
});

/** Runs the demo with its folder in `dir`, and types Ctrl-C once it has written `until`. */
async function runDemo(dir: string, env: Readonly<Record<string, string>>, until?: RegExp): Promise<Ended> {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const child = spawn(process.execPath, [MAIN], { env: { PATH, HOME, XDG_CACHE_HOME, TMPDIR: dir, ...env } });
  let stdout = '';
  let stderr = '';
  let typed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (typed || until?.test(stdout) !== true) return;
    typed = true;
    child.kill('SIGINT');
    child.kill('SIGINT'); // npm and make pass it on, so that it comes twice
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout, stderr };
}

/** Processes that have the folder in their environment, as everything has that the demo starts. */
async function processesKnowing(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const environments = await Promise.all(
    pids.map(async (pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')),
  );
  return pids.filter((_, index) => environments[index]?.includes(folder));
}
