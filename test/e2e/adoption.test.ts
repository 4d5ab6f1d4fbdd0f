import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { MARK_DIGEST_LABEL, MARK_OWNER_LABEL, MARK_REVISION_LABEL } from '../../src/api/names.ts';
import { targetOf } from '../../src/api/release-name.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { rolledBackStatus, startPredecessor } from './predecessor.ts';
import type { Made, Predecessor } from './predecessor.ts';
import { footprintOf } from './trouble.ts';
import { chartFiles, conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'team';
const AWAY = 'away';
const POD = 'testenv.helm-release-operator.io/pod';
const GOOD = { text: 'good' };
const BAD = { text: 'bad', podAnnotations: { [POD]: 'never-ready' } };

for (const helmTool of ['helm', 'helm3'] as const) {
  describe(`the releases that the operator finds when it is started in the place of 1.4.4, with ${helmTool}`, function () {
    this.timeout(120_000);
    const stack = new AsyncDisposableStack();
    const before144 = new Map<string, Readonly<Record<string, string>>>();
    let world: World;
    let old: Predecessor;
    let operator: OperatorProcess;
    let releases: Readonly<Record<string, HelmRelease>>;

    const named = (name: string, spec: Partial<HelmReleaseSpec> = {}): HelmRelease =>
      webRelease(world, NAMESPACE, name, { releaseName: name, timeout: 30, ...spec });
    const madeFor = (release: HelmRelease, more: Partial<Made> = {}): Made => ({
      ...targetOf(release),
      ...more,
    });
    const get = (name: string): HelmRelease => {
      const found = releases[name];
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found;
    };

    before(async () => {
      world = await startWorld(helmTool);
      stack.defer(() => world.stop());
      old = stack.use(await startPredecessor(world));
      await world.git.commit('charts', await chartFiles('umbrella'));
      await world.cluster.createNamespace(NAMESPACE);
      await world.cluster.createNamespace(AWAY);
      const umbrella = {
        git: world.git.repoUrl('charts'),
        path: 'umbrella',
        ref: 'main',
        skipDepUpdate: true,
      };
      releases = {
        usual: webRelease(world, NAMESPACE, 'usual', { values: GOOD }),
        targeted: webRelease(world, NAMESPACE, 'targeted', { targetNamespace: AWAY, values: GOOD }),
        handmade: named('handmade', { values: GOOD }),
        random: named('random', { chart: umbrella, values: { lib: { size: 7 } } }),
        spelled: named('spelled', { values: GOOD }),
        orphaned: named('orphaned'),
        changed: named('changed', { values: { text: 'newer' } }),
        'rolled-back': named('rolled-back', { values: BAD, wait: true, rollback: { enable: true } }),
        older: named('older', { releaseName: 'shared' }),
        younger: named('younger', { releaseName: 'shared' }),
      };
      await old.leave(get('older'));
      await Promise.all([
        leftBy144('usual', { values: GOOD }),
        leftBy144('targeted', { values: GOOD }),
        leftBy144('random', { chart: 'umbrella', values: { lib: { size: 7 } } }),
        leftBy144('spelled', { values: { ...GOOD, unused: true } }),
        leftBy144('changed', { values: GOOD }),
        leftBy144('younger', {}),
        rolledBackBy144('rolled-back'),
        handmade(),
        orphaned(),
      ]);
      for (const [name, release] of Object.entries(releases)) {
        before144.set(name, await objectsOf(release));
      }
      operator = await world.operator();
      stack.defer(async () => {
        expect(await operator.stop()).to.equal(0);
      });
    });

    after(() => stack.disposeAsync());

    async function leftBy144(name: string, more: Partial<Made>): Promise<void> {
      const made = madeFor(get(name), more);
      await old.helm('helm3', 'install', made);
      await old.annotate(made, `${NAMESPACE}/${name}`);
      await old.leave(get(name));
    }

    async function rolledBackBy144(name: string): Promise<void> {
      const made = madeFor(get(name));
      await old.helm('helm3', 'install', { ...made, values: GOOD });
      await old.helm('helm3', 'upgrade', { ...made, values: BAD }, '--wait', '--timeout=1s').catch(String);
      await old.rollBack(made, 1);
      await old.annotate(made, `${NAMESPACE}/${name}`);
      await old.leave(get(name), get(name), rolledBackStatus(get(name)));
    }

    async function handmade(): Promise<void> {
      await old.helm('helm', 'install', madeFor(get('handmade'), { values: GOOD }));
      await world.cluster.apply(get('handmade'));
    }

    async function orphaned(): Promise<void> {
      const made = madeFor(get('orphaned'));
      await old.helm('helm3', 'install', made);
      await old.annotate(made, `${NAMESPACE}/gone`);
      await world.cluster.apply(get('orphaned'));
    }

    /** All but Helm's own records, which the operator labels. */
    async function objectsOf(release: HelmRelease): Promise<Readonly<Record<string, string>>> {
      const { namespace, releaseName } = targetOf(release);
      const all = Object.entries(await footprintOf(world, namespace, releaseName));
      return Object.fromEntries(all.filter(([object]) => !object.startsWith('Secret/sh.helm.release.')));
    }

    const states = async (name: string): Promise<readonly string[]> => {
      const { namespace, releaseName } = targetOf(get(name));
      const stored = await world.revisions(namespace, releaseName);
      return stored.map(({ revision, status }) => `${revision} ${status}`);
    };
    const untilReady = (name: string): Promise<HelmRelease> =>
      world.until(NAMESPACE, name, expectReady, 30_000);
    const textOf = async (name: string): Promise<string | undefined> =>
      (await world.cluster.get<{ data: { text: string } }>('configmaps', name, NAMESPACE))?.data.text;

    for (const [what, name] of [
      ['1.4.4 made, under the usual name', 'usual'],
      ['1.4.4 made in another namespace, under the usual name', 'targeted'],
      ['a person made with helm 4', 'handmade'],
      ['has random values and a subchart', 'random'],
      ['was made of other values that make no difference', 'spelled'],
      ['1.4.4 made for a HelmRelease that is gone', 'orphaned'],
    ] as const) {
      it(`are taken over as they are: one that ${what}`, async () => {
        const { status } = await untilReady(name);

        const { namespace, releaseName } = targetOf(get(name));
        expect(await states(name)).to.deep.equal(['1 deployed']);
        expect(status?.deployed).to.include({ revision: 1 });
        expect(status?.history?.map(({ cause, result }) => `${cause} ${result}`)).to.deep.equal([
          'Adopted Released',
        ]);
        const [stored] = await world.revisions(namespace, releaseName);
        expect(stored?.labels).to.include({
          [MARK_DIGEST_LABEL]: status?.deployed?.digest,
          [MARK_REVISION_LABEL]: '1',
        });
        expect(await objectsOf(get(name))).to.deep.equal(before144.get(name));
      });
    }

    it('keep what 1.4.4 says in status, and say the same of the new commit', async () => {
      const { status } = await untilReady('targeted');

      expect(status).to.include({
        phase: 'Succeeded',
        releaseName: 'team-away-targeted',
        targetNamespace: AWAY,
        releaseStatus: 'deployed',
        revision: status?.deployed?.sourceRevision,
        lastAttemptedRevision: status?.deployed?.sourceRevision,
      });
      expect(status?.revision).to.match(/^[0-9a-f]{40}$/);
      expect(conditionOf(await world.release(NAMESPACE, 'targeted'), 'Released')).to.deep.equal({
        status: 'True',
        reason: 'Succeeded',
        message: "Release was successful for Helm release 'team-away-targeted' in 'away'.",
      });
    });

    it('get one upgrade where something differs', async () => {
      const { status } = await untilReady('changed');

      expect(status?.history?.map(({ cause, result }) => `${cause} ${result}`)).to.deep.equal([
        'Adopted Released',
      ]);
      expect(await states('changed')).to.deep.equal(['1 superseded', '2 deployed']);
      expect(await textOf('changed')).to.equal('newer');
      expect(operator.log()).to.match(/difference detected during release comparison.*the values \(text\)/);
    });

    it('belong to whom 1.4.4 made them for: the other HelmRelease is told whose it is', async () => {
      await untilReady('younger');
      const { status } = await world.until(NAMESPACE, 'older', (each) => {
        expect(conditionOf(each, 'Stalled')).to.include({ status: 'True', reason: 'ReleaseTaken' });
      });

      expect(status?.failure?.cause).to.equal(
        'release team/shared belongs to HelmRelease team/younger: set another spec.releaseName or spec.targetNamespace, or delete one of the two',
      );
      expect(await states('younger')).to.deep.equal(['1 deployed']);
    });

    it('leave the owner its release when the other one is deleted', async () => {
      await world.cluster.kubectl(
        ...['delete', 'helmreleases.helm.fluxcd.io', 'older', '-n', NAMESPACE, '--timeout=20s'],
      );

      await untilReady('younger');
      expect(await objectsOf(get('younger'))).to.deep.equal(before144.get('younger'));
    });

    const expectRejected = async (): Promise<void> => {
      const { status } = await world.until(NAMESPACE, 'rolled-back', (each) => {
        expect(conditionOf(each, 'Stalled')).to.include({ status: 'True', reason: 'RolledBack' });
      });
      expect(await states('rolled-back')).to.deep.equal(['1 superseded', '2 failed', '3 deployed']);
      expect(await textOf('rolled-back')).to.equal('good');
      expect(status).to.deep.include({ phase: 'RolledBack', rollbackCount: 1 });
      expect(status?.failedInput).to.include({ step: 'upgrade', revision: 2, attempts: 1 });
      expect(status?.failedInput?.cause).to.match(
        /^upgrade to revision 2 failed: Upgrade "rolled-back" failed: ./,
      );
      expect(status?.deployed).to.include({ revision: 3, chart: 'web-0.1.0' });
    };

    it('stay rolled back where 1.4.4 rolled them back, and the bad input is not tried again', expectRejected);

    // Which helm it is makes no difference to that, and it takes its time.
    if (helmTool === 'helm') {
      it('are all as they were, with no new revision, when the key of the digests is lost', async () => {
        const kept = Object.keys(releases).filter((name) => name !== 'older');
        const all = async (): Promise<readonly (readonly string[])[]> => Promise.all(kept.map(states));
        const digestOf = async (name: string): Promise<string> => {
          const { namespace, releaseName } = targetOf(get(name));
          const newest = (await world.revisions(namespace, releaseName)).at(-1);
          expect(newest?.labels).to.have.property(MARK_OWNER_LABEL);
          return newest?.labels[MARK_DIGEST_LABEL] ?? '';
        };
        const known = await all();
        const digests = await Promise.all(kept.map(digestOf));
        expect(await operator.stop()).to.equal(0);
        await world.cluster.kubectl('delete', 'secret', 'helm-release-operator-digest-key', '-n', 'default');

        operator = await world.operator();

        await eventually(async () => {
          const now = await Promise.all(kept.map(digestOf));
          expect(now.filter((digest, at) => digest === digests[at])).to.deep.equal([]);
        }, 30_000);
        await Promise.all(kept.filter((name) => name !== 'rolled-back').map(untilReady));
        await expectRejected();
        expect(await all()).to.deep.equal(known);
        expect(
          await operator.metric('helm_release_operator_helm_processes_started_total', { verb: 'upgrade' }),
        ).to.equal(0);
      });
    }

    it('are upgraded like any other by the next change', async () => {
      await world.cluster.apply(
        named('rolled-back', { values: { text: 'better' }, wait: true, rollback: { enable: true } }),
      );
      await untilReady('rolled-back');

      expect((await states('rolled-back')).at(-1)).to.equal('4 deployed');
      expect(await textOf('rolled-back')).to.equal('better');
    });
  });
}
