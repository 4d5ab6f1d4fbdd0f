import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'tested';
const PASSES = { test: { enabled: true } };
const FAILS = {
  test: { enabled: true, podAnnotations: { 'testenv.helm-release-operator.io/pod': 'fails' } },
};

describe('helm test', function () {
  this.timeout(120_000);
  let world: World;
  let operator: OperatorProcess | undefined;
  const apply = (name: string, spec: Partial<HelmReleaseSpec>): Promise<string> =>
    world.cluster.apply(webRelease(world, NAMESPACE, name, { timeout: 20, ...spec }));
  const until = (name: string, check: (release: HelmRelease) => void): Promise<HelmRelease> =>
    world.until(NAMESPACE, name, check, 60_000);
  const statuses = async (name: string): Promise<readonly string[]> =>
    (await world.revisions(NAMESPACE, `${NAMESPACE}-${name}`)).map(({ status }) => status);

  before(async () => {
    world = await startWorld();
    await world.cluster.createNamespace(NAMESPACE);
    operator = await world.operator();
  });

  after(async () => {
    await operator?.stop();
    await world.stop();
  });

  it('is passed before a release counts as released', async () => {
    await apply('passes', { test: { enable: true, timeout: 20 }, values: PASSES });

    const release = await until('passes', (each) => {
      expect(conditionOf(each, 'Released').status).to.equal('True');
    });

    expect(conditionOf(release, 'Tested')).to.include({ status: 'True', reason: 'Tested' });
    expect(conditionOf(release, 'Ready').status).to.equal('True');
    expect(release.status?.history?.map(({ result }) => result)).to.deep.equal(['Released']);
  });

  it('rolls an upgrade back that fails it', async () => {
    await apply('upgraded', {
      test: { enable: true, timeout: 20 },
      rollback: { enable: true },
      values: PASSES,
    });
    await until('upgraded', (each) => {
      expect(conditionOf(each, 'Released').status).to.equal('True');
    });

    await apply('upgraded', {
      test: { enable: true, timeout: 20 },
      rollback: { enable: true },
      values: FAILS,
    });
    const release = await until('upgraded', (each) => {
      expect(each.status?.phase).to.equal('RolledBack');
    });

    expect(release.status?.failure).to.include({ step: 'test', revision: 2 });
    expect(conditionOf(release, 'Tested').status).to.equal('False');
    expect(release.status?.history?.map(({ result }) => result)).to.deep.equal([
      'RolledBack',
      'TestFailed',
      'Released',
    ]);
    expect(await statuses('upgraded')).to.deep.equal(['superseded', 'superseded', 'deployed']);
  });

  it('leaves a release in place that fails it when failures are ignored', async () => {
    await apply('ignored', { test: { enable: true, ignoreFailures: true, timeout: 20 }, values: FAILS });

    const release = await until('ignored', (each) => {
      expect(conditionOf(each, 'Released').status).to.equal('True');
    });

    expect(conditionOf(release, 'Tested').status).to.equal('False');
    expect(await statuses('ignored')).to.deep.equal(['deployed']);
  });

  it('takes a first installation away that fails it, and tries it again later', async () => {
    await apply('first', { test: { enable: true, timeout: 20 }, values: FAILS });

    const release = await until('first', (each) => {
      expect(each.status?.failure?.attempts).to.be.at.least(2);
    });

    expect(release.status?.failure).to.include({ step: 'test' });
    expect(release.status?.failure?.nextTry).to.be.a('string');
    expect(conditionOf(release, 'Ready').message).to.match(/helm test of revision 1 failed/);
  });
});
