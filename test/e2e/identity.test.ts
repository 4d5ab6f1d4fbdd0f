import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { MARK_OWNER_LABEL, UNINSTALL_LEFT_BEHIND_ANNOTATION } from '../../src/api/names.ts';
import { targetOf } from '../../src/api/release-name.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { startPredecessor } from './predecessor.ts';
import type { Predecessor } from './predecessor.ts';
import { eventsOf, footprintOf } from './trouble.ts';
import { startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'identity';
const AWAY = 'away';
const RESOURCE = 'helmreleases.helm.fluxcd.io';
const ENDS_AFTER = 'testenv.helm-release-operator.io/ends-after';

/** In the order of time: `NAME-1` is what a HelmRelease stood for first. */
describe('a HelmRelease that is given another release name or target namespace', function () {
  this.timeout(120_000);
  const stack = new AsyncDisposableStack();
  let world: World;
  let old: Predecessor;
  let operator: OperatorProcess;
  let workDir: string;

  const spec = (name: string, number: number, more: Partial<HelmReleaseSpec> = {}): HelmRelease =>
    webRelease(world, NAMESPACE, name, { releaseName: `${name}-${number}`, timeout: 30, ...more });
  const untilReady = (name: string): Promise<HelmRelease> =>
    world.until(NAMESPACE, name, expectReady, 30_000);
  const states = async (releaseName: string, namespace = NAMESPACE): Promise<readonly string[]> =>
    (await world.revisions(namespace, releaseName)).map(({ revision, status }) => `${revision} ${status}`);
  const leftBy = ({ status }: HelmRelease): readonly string[] =>
    (status?.leftBehind ?? []).map(({ namespace, releaseName }) => `${namespace}/${releaseName}`);
  const untilLeft = (name: string, ...left: readonly string[]): Promise<HelmRelease> =>
    // Long before the next look at it that is not caused by anything.
    world.until(
      NAMESPACE,
      name,
      (each) => {
        expect(leftBy(each)).to.deep.equal(left);
      },
      8_000,
    );
  const giveUp = (name: string, releases: string): Promise<string> =>
    world.cluster.kubectl(
      ...['annotate', '--overwrite', RESOURCE, name, '-n', NAMESPACE],
      `${UNINSTALL_LEFT_BEHIND_ANNOTATION}=${releases}`,
    );
  const deploymentOf = (name: string, namespace = NAMESPACE): Promise<object | undefined> =>
    world.cluster.get('deployments', name, namespace);

  before(async () => {
    world = await startWorld();
    stack.defer(() => world.stop());
    old = stack.use(await startPredecessor(world));
    workDir = await mkdtemp(join(tmpdir(), 'identity-'));
    stack.defer(() => rm(workDir, { recursive: true, force: true }));
    await world.cluster.createNamespace(NAMESPACE);
    await world.cluster.createNamespace(AWAY);
    await swappedAndRenamed();
    operator = await world.operator({ workDir });
    stack.defer(async () => {
      expect(await operator.stop()).to.equal(0);
    });
    for (const name of ['named', 'taken', 'gone', 'deleted', 'killed'])
      await world.cluster.apply(spec(name, 1));
    await world.cluster.apply(spec('same', 1, { values: SAME_OBJECTS }));
    await world.cluster.apply(webRelease(world, NAMESPACE, 'moved'));
  });

  after(() => stack.disposeAsync());

  /** Both releases want one object of this name. */
  const SAME_OBJECTS = {
    extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'the-same' }, data: { a: 'b' } }],
  };

  /** A commit that renames a release arrives together with the operator. */
  async function swappedAndRenamed(): Promise<void> {
    const before = spec('swapped', 1);
    const made = targetOf(before);
    await old.helm('helm3', 'install', made);
    await old.annotate(made, `${NAMESPACE}/swapped`);
    await old.leave(spec('swapped', 2), before);
  }

  it('gets the new release, and the old one stays as it is, in status and in one Event', async () => {
    await untilReady('named');
    const footprint = await footprintOf(world, NAMESPACE, 'named-1');
    await world.cluster.apply(spec('named', 2));

    const release = await untilReady('named');

    expect(await states('named-2')).to.deep.equal(['1 deployed']);
    expect(leftBy(release)).to.deep.equal([`${NAMESPACE}/named-1`]);
    expect(await footprintOf(world, NAMESPACE, 'named-1')).to.deep.equal(footprint);
    const shown = await world.cluster.kubectl('describe', RESOURCE, 'named', '-n', NAMESPACE);
    expect(shown).to.match(/Left Behind:\s+Namespace:\s+identity\s+Release Name:\s+named-1/);
    await eventually(async () => {
      const events = await eventsOf(world, release.metadata, 'ReleaseLeftBehind');
      expect(events.map(({ type, message }) => `${type} ${message}`)).to.deep.equal([
        'Warning release identity/named-1 stays as it is, because the HelmRelease stands for identity/named-2 now: ' +
          'to have it uninstalled, set the annotation helm.fluxcd.io/uninstallLeftBehind to identity/named-1; ' +
          'to go on with it, set spec.releaseName and spec.targetNamespace back',
      ]);
    });
    expect(operator.log()).to.include('leaving a release behind');
  });

  it('takes the old one up again, with no new revision, when it is named as before', async () => {
    await world.cluster.apply(spec('named', 1));

    const release = await untilReady('named');

    expect(leftBy(release)).to.deep.equal([`${NAMESPACE}/named-2`]);
    expect(release.status?.deployed?.revision).to.equal(1);
    expect(await states('named-1')).to.deep.equal(['1 deployed']);
  });

  it('has only those uninstalled that the annotation names', async () => {
    await world.cluster.apply(spec('named', 3));
    await untilReady('named');
    await untilLeft('named', `${NAMESPACE}/named-2`, `${NAMESPACE}/named-1`);

    await giveUp('named', `elsewhere/named-1, ${NAMESPACE}/named-3, ${NAMESPACE}/named-2`);

    await untilLeft('named', `${NAMESPACE}/named-1`);
    expect(await footprintOf(world, NAMESPACE, 'named-2')).to.deep.equal({});
    expect(await deploymentOf('named-1')).not.to.equal(undefined);
    expect(await deploymentOf('named-3')).not.to.equal(undefined);
    await untilReady('named');
  });

  it('is found in its old namespace under the name that followed from it', async () => {
    await untilReady('moved');
    await world.cluster.apply(webRelease(world, NAMESPACE, 'moved', { targetNamespace: AWAY }));

    const release = await untilReady('moved');

    expect(leftBy(release)).to.deep.equal([`${NAMESPACE}/${NAMESPACE}-moved`]);
    expect(await states(`${NAMESPACE}-${AWAY}-moved`, AWAY)).to.deep.equal(['1 deployed']);
    expect(await states(`${NAMESPACE}-moved`)).to.deep.equal(['1 deployed']);
  });

  it('leaves behind what 1.4.4 made under the old name', async () => {
    const release = await untilReady('swapped');

    expect(leftBy(release)).to.deep.equal([`${NAMESPACE}/swapped-1`]);
    expect(await states('swapped-2')).to.deep.equal(['1 deployed']);
    const [stored] = await world.revisions(NAMESPACE, 'swapped-1');
    expect(stored?.labels).to.have.property(MARK_OWNER_LABEL);
    await giveUp('swapped', `${NAMESPACE}/swapped-1`);
    await untilLeft('swapped');
    expect(await footprintOf(world, NAMESPACE, 'swapped-1')).to.deep.equal({});
  });

  it('does not list any more what a person uninstalled', async () => {
    await untilReady('gone');
    await world.cluster.apply(spec('gone', 2));
    await untilReady('gone');
    await untilLeft('gone', `${NAMESPACE}/gone-1`);

    await old.uninstall(targetOf(spec('gone', 1)));

    await untilLeft('gone');
  });

  it('does not list any more what another HelmRelease has taken over', async () => {
    await untilReady('taken');
    await world.cluster.apply(spec('taken', 2));
    await untilReady('taken');
    await untilLeft('taken', `${NAMESPACE}/taken-1`);

    await world.cluster.apply(webRelease(world, NAMESPACE, 'taker', { releaseName: 'taken-1' }));

    await untilReady('taker');
    await untilLeft('taken');
    expect(await states('taken-1')).to.deep.equal(['1 deployed']);
  });

  it('says the way out where both want the same objects, and goes on by itself when that is taken', async () => {
    await untilReady('same');
    await world.cluster.apply(spec('same', 2, { values: SAME_OBJECTS }));

    const { status } = await world.until(NAMESPACE, 'same', (each) => {
      expect(each.status?.failure?.step).to.equal('install');
    });

    expect(status?.failure?.cause).to.match(
      /ConfigMap the-same in namespace identity exists already and belongs to release identity\/same-1, which this HelmRelease stood for before and left behind: to have that one uninstalled, set the annotation helm\.fluxcd\.io\/uninstallLeftBehind to identity\/same-1; to go on with it, set spec\.releaseName and spec\.targetNamespace back$/,
    );
    expect(leftBy({ ...(await world.release(NAMESPACE, 'same')) })).to.deep.equal([`${NAMESPACE}/same-1`]);
    expect(await deploymentOf('same-1')).not.to.equal(undefined);
    await giveUp('same', `${NAMESPACE}/same-1`);
    await untilReady('same');
    await untilLeft('same');
    expect(await states('same-1')).to.deep.equal([]);
    expect(await states('same-2')).to.deep.equal(['1 deployed']);
  });

  it('loses sight of nothing when the operator is killed in between', async () => {
    await untilReady('killed');
    const slow = { hook: { on: ['pre-install'], podAnnotations: { [ENDS_AFTER]: '2s' } } };
    await world.cluster.apply(spec('killed', 2, { values: slow }));
    await eventually(async () => {
      expect(await states('killed-2')).to.deep.equal(['1 pending-install']);
    });
    await operator.kill();
    expect(leftBy(await world.release(NAMESPACE, 'killed'))).to.deep.equal([`${NAMESPACE}/killed-1`]);

    operator = await world.operator({ workDir });

    expect(leftBy(await untilReady('killed'))).to.deep.equal([`${NAMESPACE}/killed-1`]);
    expect((await states('killed-2')).at(-1)).to.match(/ deployed$/);
    expect(await states('killed-1')).to.deep.equal(['1 deployed']);
  });

  it('takes the new release with it when it is deleted, keeps the old one, and says so', async () => {
    await untilReady('deleted');
    await world.cluster.apply(spec('deleted', 2));
    const { metadata } = await untilReady('deleted');

    await world.cluster.kubectl('delete', RESOURCE, 'deleted', '-n', NAMESPACE, '--timeout=20s');

    expect(await states('deleted-2')).to.deep.equal([]);
    expect(await states('deleted-1')).to.deep.equal(['1 deployed']);
    expect(await deploymentOf('deleted-1')).not.to.equal(undefined);
    await eventually(async () => {
      const events = await eventsOf(world, metadata, 'ReleaseLeftBehind');
      expect(events.map(({ message }) => message)).to.include(
        'the HelmRelease goes, and these releases that it stood for before stay: identity/deleted-1; whoever does not need them ends them by helm uninstall',
      );
    });
    expect(operator.log()).to.include('leaving releases behind');
  });
});
