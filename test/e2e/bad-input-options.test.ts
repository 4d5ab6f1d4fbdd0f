import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { expectTrouble } from './trouble.ts';
import { conditionOf, webRelease } from './world.ts';

const NAMESPACE = 'bad-options';

/** Pods that take longer to become ready, and hooks that take longer to end, than a time limit of two seconds allows. */
const SLOW = { podAnnotations: { 'testenv.helm-release-operator.io/ready-after': '6s' } };
const slowHook = (on: string): object => ({
  hook: { on: [on], podAnnotations: { 'testenv.helm-release-operator.io/ends-after': '4s' } },
});

describe('options that do not fit', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  let bench: Bench;

  before(async () => {
    bench = stack.use(await openBench({ namespace: NAMESPACE }));
  });

  after(() => stack.disposeAsync());

  const apply = (name: string, spec: Partial<HelmReleaseSpec>): Promise<void> =>
    bench.apply(webRelease(bench.world, NAMESPACE, name, spec));

  it('are tried out anew as soon as they are edited: a time limit too short for a hook', async () => {
    const values = slowHook('pre-install');
    await apply('hook', { values, timeout: 2 });
    await expectTrouble(bench, 'hook', {
      step: 'install',
      says: ['pre-install', 'spec.timeout'],
      stalled: false,
    });
    const { status } = await bench.world.until(NAMESPACE, 'hook', (each) => {
      expect(each.status?.failure?.attempts).to.be.at.least(2);
    });

    await apply('hook', { values, timeout: 30 });

    await bench.untilReady('hook');
    expect(Date.now()).to.be.lessThan(Date.parse(status?.failure?.nextTry ?? ''));
  });

  it('are tried out anew after a rollback too: a time limit too short for the pods', async () => {
    const rollback = { enable: true };
    await apply('pods', { rollback, timeout: 2 });
    await bench.untilReady('pods');
    await apply('pods', { rollback, timeout: 2, values: SLOW });
    await bench.world.until(NAMESPACE, 'pods', (release) => {
      expect(conditionOf(release, 'RolledBack').status).to.equal('True');
      expect(conditionOf(release, 'Stalled').message).to.include('spec.timeout');
    });

    await apply('pods', { rollback, timeout: 30, values: SLOW });

    const { status } = await bench.untilReady('pods');
    expect(status?.deployed?.revision).to.equal(4);
  });
});
