import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { expectUndisturbed, openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { expectStill, expectTrouble, footprintOf } from './trouble.ts';
import type { Trouble } from './trouble.ts';
import { conditionOf, webRelease } from './world.ts';

const NAMESPACE = 'bad-owner';

/** Two HelmReleases, `first-NAME` and `second-NAME`, that both want the release NAME. */
const PAIRS = ['left', 'moved', 'handed-over', 'renamed'] as const;

describe('defect 4: two HelmReleases that claim one release', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  const footprints = new Map<string, Readonly<Record<string, string>>>();
  let bench: Bench;

  const claim = (age: string, name: string, spec: Partial<HelmReleaseSpec> = {}): HelmRelease =>
    webRelease(bench.world, NAMESPACE, `${age}-${name}`, { releaseName: name, ...spec });
  const remove = (name: string): Promise<string> =>
    bench.world.cluster.kubectl(
      'delete',
      'helmreleases.helm.fluxcd.io',
      name,
      '-n',
      NAMESPACE,
      '--timeout=20s',
    );
  const taken = (name: string): Trouble => ({
    step: 'ownership',
    says: [
      `release ${NAMESPACE}/${name} belongs to HelmRelease ${NAMESPACE}/first-${name}`,
      'set another spec.releaseName or spec.targetNamespace, or delete one of the two',
    ],
    stalled: true,
  });

  before(async () => {
    bench = stack.use(
      await openBench({ namespace: NAMESPACE, operator: { flags: ['--charts-sync-interval=1s'] } }),
    );
    await bench.apply(...PAIRS.map((name) => claim('first', name)));
    for (const name of PAIRS) {
      await bench.untilReady(`first-${name}`);
      footprints.set(name, await footprintOf(bench.world, NAMESPACE, name));
    }
    await bench.apply(
      ...PAIRS.map((name) => claim('second', name, name === 'left' ? { values: { text: 'mine' } } : {})),
    );
  });

  after(() => stack.disposeAsync());

  it('leave it to the first, and the second says whose it is and the way out', async () => {
    for (const name of PAIRS) {
      await expectTrouble(bench, `second-${name}`, taken(name));
      await bench.untilReady(`first-${name}`);
      expect(await footprintOf(bench.world, NAMESPACE, name)).to.deep.equal(footprints.get(name));
    }
    await expectUndisturbed(bench);
    await expectStill(
      bench,
      PAIRS.map((name) => `second-${name}`),
    );
  });

  it('leave it in place when the second goes', async () => {
    await remove('second-left');

    await bench.untilReady('first-left');
    expect(await footprintOf(bench.world, NAMESPACE, 'left')).to.deep.equal(footprints.get('left'));
  });

  it('have one each when the second gets another release name', async () => {
    await bench.apply(claim('second', 'moved', { releaseName: 'moved-away' }));

    await bench.untilReady('second-moved');
    expect(await bench.world.revisions(NAMESPACE, 'moved-away')).to.have.length(1);
    expect(await footprintOf(bench.world, NAMESPACE, 'moved')).to.deep.equal(footprints.get('moved'));
  });

  it('hand it over when the first goes: nothing is uninstalled, and no revision made', async () => {
    await remove('first-handed-over');

    const heir = await bench.untilReady('second-handed-over');
    expect(heir.status?.deployed?.revision).to.equal(1);
    await expectHandedOver('handed-over');
  });

  it('hand it over when the first is given another release name', async () => {
    await bench.apply(claim('first', 'renamed', { releaseName: 'renamed-now' }));

    await bench.untilReady('second-renamed');
    await bench.untilReady('first-renamed');
    await expectHandedOver('renamed');
  });

  it('uninstall it once the heir goes too', async () => {
    await remove('second-handed-over');

    await eventually(async () => {
      expect(await footprintOf(bench.world, NAMESPACE, 'handed-over')).to.deep.equal({});
    });
  });

  it('do not both get it when they appear at the same moment', async () => {
    await bench.apply(claim('one', 'twins'), claim('other', 'twins'));

    const ready = await eventually(async () => {
      const twins = await Promise.all(
        ['one', 'other'].map((age) => bench.world.release(NAMESPACE, `${age}-twins`)),
      );
      const states = twins.map((each) => conditionOf(each, 'Ready').status);
      expect(states.toSorted()).to.deep.equal(['False', 'True']);
      return states[0] === 'True' ? ['one', 'other'] : ['other', 'one'];
    });
    const [owner = '', other = ''] = ready;
    const { step, stalled } = taken('twins');
    await expectTrouble(bench, `${other}-twins`, {
      ...{ step, stalled },
      says: [`belongs to HelmRelease ${NAMESPACE}/${owner}-twins`],
    });
    expect(await bench.world.revisions(NAMESPACE, 'twins')).to.have.length(1);
  });

  /** All is as it was, but for the label that says whose it is. */
  async function expectHandedOver(name: string): Promise<void> {
    const isObject = ([object]: readonly [string, string]): boolean => !object.startsWith('Secret/');
    const objectsOf = (footprint: Readonly<Record<string, string>> = {}): object =>
      Object.fromEntries(Object.entries(footprint).filter(isObject));
    expect(objectsOf(await footprintOf(bench.world, NAMESPACE, name))).to.deep.equal(
      objectsOf(footprints.get(name)),
    );
    expect(await bench.world.revisions(NAMESPACE, name)).to.have.length(1);
    expect(bench.operator.log()).not.to.include('running uninstall');
  }
});
