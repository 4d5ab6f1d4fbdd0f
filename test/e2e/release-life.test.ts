import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'life';

describe('the life of a release', function () {
  this.timeout(120_000);
  let world: World;
  let operator: OperatorProcess;

  before(async () => {
    world = await startWorld();
    await world.cluster.createNamespace(NAMESPACE);
    operator = await world.operator();
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  it('is installed from a commit and becomes ready', async () => {
    await world.cluster.apply(
      webRelease(world, NAMESPACE, 'web', { wait: true, timeout: 20, rollback: { enable: true } }),
    );

    const release = await world.until(NAMESPACE, 'web', (each) => {
      expect(conditionOf(each, 'Ready').status).to.equal('True');
    });

    expect(release.status).to.include({ phase: 'Succeeded', releaseName: 'life-web', releaseStatus: 'deployed' });
    expect(await world.revisions(NAMESPACE, 'life-web')).to.have.length(1);
  });
});
