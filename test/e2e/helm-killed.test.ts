import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, signalAll } from '../support/operator-children.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'helm-killed';
const POD = 'testenv.helm-release-operator.io/pod';
const ENDS_AFTER = 'testenv.helm-release-operator.io/ends-after';

const slowHook = (on: string): Readonly<Record<string, unknown>> => ({
  hook: { on: [on], podAnnotations: { [ENDS_AFTER]: '2s' } },
});

describe('a helm that is killed under an operator that lives', function () {
  this.timeout(120_000);
  let world: World;
  let workDir: string;
  let operator: OperatorProcess | undefined;

  before(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'helm-killed-'));
    world = await startWorld();
    await world.cluster.createNamespace(NAMESPACE);
    operator = await world.operator({ workDir });
  });

  after(async () => {
    await operator?.stop();
    await world.stop();
    await rm(workDir, { recursive: true, force: true });
  });

  const apply = (name: string, spec: Partial<HelmReleaseSpec>): Promise<string> =>
    world.cluster.apply(webRelease(world, NAMESPACE, name, { releaseName: name, timeout: 20, ...spec }));

  const states = async (release: string): Promise<readonly string[]> =>
    (await world.revisions(NAMESPACE, release)).map(({ revision, status }) => `${revision} ${status}`);

  const untilReady = (name: string): Promise<unknown> => world.until(NAMESPACE, name, expectReady);

  async function killHelmAt(release: string, state: string): Promise<void> {
    await eventually(async () => {
      expect((await states(release)).at(-1)).to.equal(state);
    });
    signalAll(childrenOf(workDir), 'SIGKILL');
  }

  it('leaves no lock: the upgrade is tried again, and its input is not blamed and rolled back', async () => {
    const rollback = { rollback: { enable: true } };
    await apply('upgraded', rollback);
    await untilReady('upgraded');

    await apply('upgraded', { ...rollback, values: slowHook('pre-upgrade') });
    await killHelmAt('upgraded', '2 pending-upgrade');
    const failing = await world.until(NAMESPACE, 'upgraded', (each) => {
      expect(conditionOf(each, 'Ready').message).to.contain('was killed by SIGKILL, most likely because');
    });
    expect(failing.status?.failure).to.include({ attempts: 0, platformFailures: 1 });
    await untilReady('upgraded');

    expect(await states('upgraded')).to.deep.equal(['1 superseded', '2 failed', '3 deployed']);
  });

  it('leaves no lock: the rollback is tried again, and the bad input is not', async () => {
    const rollback = { rollback: { enable: true, wait: true } };
    await apply('rolled-back', { ...rollback, values: slowHook('post-rollback') });
    await untilReady('rolled-back');

    await apply('rolled-back', {
      ...rollback,
      timeout: 2,
      values: { podAnnotations: { [POD]: 'never-ready' } },
    });
    await killHelmAt('rolled-back', '3 pending-rollback');
    await world.until(NAMESPACE, 'rolled-back', (each) => {
      expect(each.status?.phase).to.equal('RolledBack');
      expect(conditionOf(each, 'Stalled').status).to.equal('True');
    });

    const revisions = await world.revisions(NAMESPACE, 'rolled-back');
    expect(revisions.slice(1).map(({ revision, status }) => `${revision} ${status}`)).to.deep.equal([
      '2 failed',
      '3 failed',
      '4 deployed',
    ]);
  });
});
