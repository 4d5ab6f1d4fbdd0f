import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { operatorVersion } from '../../src/config/version.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const NAMESPACE = 'shutdown';
/** An upgrade waits for a hook, and so helm runs for so long. */
const HOOK_SECONDS = 5;
const SLOW = {
  on: ['pre-upgrade'],
  podAnnotations: { 'testenv.helm-release-operator.io/ends-after': `${String(HOOK_SECONDS)}s` },
};

describe('an operator that is told to stop', function () {
  this.timeout(90_000);
  let world: World;
  let workDir: string;
  let operator: OperatorProcess | undefined;

  before(async () => {
    world = await startWorld();
    await world.cluster.createNamespace(NAMESPACE);
  });
  after(async () => {
    await world.stop();
  });
  beforeEach(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'stopped-'));
  });
  afterEach(async () => {
    await operator?.stop();
    operator = undefined;
    await rm(workDir, { recursive: true, force: true });
  });

  const start = async (...flags: readonly string[]): Promise<OperatorProcess> => {
    operator = await world.operator({ workDir, flags });
    return operator;
  };
  const statuses = async (name: string): Promise<readonly string[]> =>
    (await world.revisions(NAMESPACE, `${NAMESPACE}-${name}`)).map(({ status }) => status);
  const apply = (name: string, text: string): Promise<string> =>
    world.cluster.apply(webRelease(world, NAMESPACE, name, { timeout: 30, values: { hook: SLOW, text } }));
  const upgrading = async (running: OperatorProcess, name: string): Promise<void> => {
    await apply(name, 'one');
    await world.until(NAMESPACE, name, expectReady);
    await apply(name, 'two');
    await eventually(async () => {
      expect(await statuses(name)).to.deep.equal(['deployed', 'pending-upgrade']);
      await world.cluster.kubectl('get', 'job', `${NAMESPACE}-${name}-hook`, '-n', NAMESPACE);
    });
    expect(await running.metric('helm_release_operator_helm_processes_running')).to.equal(1);
  };
  /** SIGTERM, and how long it takes to end from then on. */
  const stopping = async (running: OperatorProcess): Promise<{ code: number | null; seconds: number }> => {
    const begun = performance.now();
    const code = await running.stop();
    operator = undefined;
    return { code, seconds: (performance.now() - begun) / 1000 };
  };

  it('defect 1: lets helm end, begins nothing new, and leaves nothing to do again', async () => {
    const running = await start();
    await upgrading(running, 'web');

    const stopped = stopping(running);
    await apply('late', 'one');
    const { code, seconds } = await stopped;

    expect(code).to.equal(0);
    expect(seconds).to.be.below(HOOK_SECONDS + 10);
    expect(await statuses('web')).to.deep.equal(['superseded', 'deployed']);
    const late = await world.release(NAMESPACE, 'late');
    expect(late.status).to.equal(undefined);
    expect(late.metadata.finalizers).to.equal(undefined);
    expect(await readdir(workDir), 'files left behind').to.deep.equal([]);

    const again = await start();
    await world.until(NAMESPACE, 'late', expectReady);
    const release = await world.until(NAMESPACE, 'web', expectReady);
    expect(release.status?.deployed?.revision).to.equal(2);
    expect(
      release.status?.history?.map(({ revision, action, result }) => [revision, action, result]),
    ).to.deep.equal([
      [2, 'upgrade', 'Released'],
      [1, 'install', 'Released'],
    ]);
    expect(await statuses('web')).to.deep.equal(['superseded', 'deployed']);
    expect(
      await again.metric('helm_release_operator_helm_processes_started_total', { verb: 'upgrade' }),
    ).to.equal(0);
  });

  it('ends helm when its own time is up, which leaves no lock, and does it again afterwards', async () => {
    const running = await start('--shutdown-timeout=1s');
    await upgrading(running, 'cut');

    const { code } = await stopping(running);

    expect(code).to.equal(0);
    expect(await statuses('cut')).to.deep.equal(['deployed', 'failed']);
    expect(await readdir(workDir), 'files left behind').to.deep.equal([]);

    await start();
    const release = await world.until(NAMESPACE, 'cut', expectReady);
    expect(release.status?.deployed?.revision).to.equal(3);
    expect(await statuses('cut')).to.deep.equal(['superseded', 'failed', 'deployed']);
  });

  it('ends at once when it is idle', async () => {
    const { code, seconds } = await stopping(await start());

    expect(code).to.equal(0);
    expect(seconds).to.be.below(5);
  });

  describe('by its command line', () => {
    const result = (
      ...flags: readonly string[]
    ): { status: number | null; stdout: string; stderr: string } => {
      const env = { PATH: process.env['PATH'] };
      const ended = spawnSync(process.execPath, [MAIN, ...flags], { env, encoding: 'utf8', timeout: 20_000 });
      return { status: ended.status, stdout: ended.stdout, stderr: ended.stderr };
    };

    it('says which arguments are wrong, and exits with status 2', () => {
      const { status, stdout, stderr } = result('--workers=0', '--git-timout=3s');

      expect(status).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr.split('\n')).to.deep.equal([
        'cannot start, 2 arguments are wrong:',
        '  --git-timout: there is no such flag; did you mean --git-timeout?',
        '  --workers: "0" is not a whole number from 1 to 1000',
        '--help lists all flags',
        '',
      ]);
    });

    it('prints its version where 1.4.4 did', () => {
      expect(result('--version')).to.deep.equal({ status: 0, stdout: '', stderr: `${operatorVersion()}\n` });
    });

    it('ends with status 0 too when it is told to while it waits for an API server', async () => {
      const away = ['--master=https://127.0.0.1:1', '--listen=127.0.0.1:0', `--work-dir=${workDir}`];
      const flags = [...away, `--helm-binary=${world.helm}`];
      const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await eventually(() => {
        expect(output).to.include('watch interrupted');
      });

      child.kill('SIGTERM');

      expect(await ended).to.deep.equal([0, null]);
      expect(await readdir(workDir), 'files left behind').to.deep.equal([]);
    });

    it('says what it cannot run without, and exits with status 1', () => {
      const listen = ['--listen=127.0.0.1:0', `--work-dir=${workDir}`];
      const lost = result(...listen, '--kubeconfig=/does/not/exist');
      expect(lost.status).to.equal(1);
      expect(lost.stderr + lost.stdout).to.include('there is no kubeconfig at /does/not/exist');

      const helmless = result(
        ...listen,
        `--kubeconfig=${world.cluster.kubeconfig}`,
        '--helm-binary=/does/not/exist',
      );
      expect(helmless.status).to.equal(1);
      expect(helmless.stderr + helmless.stdout).to.include('there is no program /does/not/exist');
    });
  });
});
