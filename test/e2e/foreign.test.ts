import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REVISION_LABEL,
  RECONCILE_AT_ANNOTATION,
} from '../../src/api/names.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { startForeignHelm } from './foreign-helm.ts';
import type { ForeignHelm } from './foreign-helm.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'foreign';

interface EventItem {
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly involvedObject: { readonly name: string };
}

for (const helmTool of ['helm', 'helm3'] as const) {
  describe(`a release that somebody else works on, with ${helmTool}`, function () {
    this.timeout(120_000);
    let world: World;
    let foreign: ForeignHelm;
    let operator: OperatorProcess | undefined;

    before(async () => {
      world = await startWorld(helmTool);
      await world.cluster.createNamespace(NAMESPACE);
      foreign = await startForeignHelm(world, NAMESPACE);
      operator = await world.operator();
    });

    after(async () => {
      await operator?.stop();
      await foreign.stop();
      await world.stop();
    });

    const apply = (name: string, spec: Partial<HelmReleaseSpec> = {}): Promise<string> =>
      world.cluster.apply(
        webRelease(world, NAMESPACE, name, {
          releaseName: name,
          timeout: 20,
          values: { text: 'wanted' },
          ...spec,
        }),
      );

    /** Ready, and with so many revisions, of which the newest is the deployed one. */
    const untilReady = (name: string, revisions: number): Promise<HelmRelease> =>
      world.until(NAMESPACE, name, (each) => {
        expect(conditionOf(each, 'Ready').status).to.equal('True');
        expect(each.status?.deployed?.revision).to.equal(revisions);
      });

    async function expectStored(name: string, ...revisions: readonly string[]): Promise<void> {
      const stored = await world.revisions(NAMESPACE, name);
      expect(stored.map(({ revision, status }) => `${revision} ${status}`)).to.deep.equal(revisions);
    }

    async function expectText(name: string, text: string): Promise<void> {
      const found = await world.cluster.get<{ data: { text: string } }>('configmaps', name, NAMESPACE);
      expect(found?.data.text).to.equal(text);
    }

    async function eventsOf(name: string, reason: string): Promise<readonly EventItem[]> {
      const fields = `involvedObject.name=${name},reason=${reason}`;
      return await world.cluster.list<EventItem>('events', NAMESPACE, { fields });
    }

    const causesOf = (release: HelmRelease): readonly string[] =>
      (release.status?.history ?? []).map(({ revision, cause, result }) => `${revision} ${cause} ${result}`);

    it('is taken over as it is when it was made of the same chart and values', async () => {
      await foreign.install('same', { text: 'wanted' });

      await apply('same');
      const release = await untilReady('same', 1);

      await expectStored('same', '1 deployed');
      const [newest] = await world.revisions(NAMESPACE, 'same');
      expect(newest?.labels).to.include({
        [MARK_DIGEST_LABEL]: release.status?.deployed?.digest,
        [MARK_REVISION_LABEL]: '1',
      });
      expect(newest?.labels).to.have.property(MARK_OWNER_LABEL);
      expect((await foreign.history('same')).map(({ status }) => status)).to.deep.equal(['deployed']);
    });

    it('gets one upgrade when it was made of other values', async () => {
      await foreign.install('other', { text: 'unwanted' });

      await apply('other');
      const release = await untilReady('other', 2);

      expect(causesOf(release)).to.deep.equal(['2 Adopted Released']);
      await expectStored('other', '1 superseded', '2 deployed');
      await expectText('other', 'wanted');
    });

    it('is upgraded back when somebody upgrades it', async () => {
      await apply('contested');
      await untilReady('contested', 1);

      await foreign.upgrade('contested', { text: 'foreign' });
      const release = await untilReady('contested', 3);

      expect(causesOf(release)).to.deep.equal(['3 ForeignChange Released', '1 FirstInstall Released']);
      await expectStored('contested', '1 superseded', '2 superseded', '3 deployed');
      await expectText('contested', 'wanted');
      await eventually(async () => {
        const [event] = await eventsOf('contested', 'ForeignChange');
        expect(event?.message).to.equal(
          'release foreign/contested was changed by another helm: it is put back to what is wanted',
        );
      });
    });

    it('is upgraded back when somebody rolls it back', async () => {
      await foreign.rollback('contested', 2);
      const release = await untilReady('contested', 5);

      expect(causesOf(release)[0]).to.equal('5 ForeignChange Released');
      await expectText('contested', 'wanted');
    });

    it('is left alone, with the reason, when that happens a third time within ten minutes', async () => {
      await foreign.upgrade('contested', { text: 'foreign' });
      const release = await world.until(NAMESPACE, 'contested', (each) => {
        expect(conditionOf(each, 'Stalled')).to.include({ status: 'True', reason: 'ForeignChange' });
      });

      expect(conditionOf(release, 'Ready')).to.deep.include({
        status: 'False',
        message:
          'release foreign/contested was changed by another helm three times within ten minutes and is left as it is: ' +
          'find out who does it, then set the annotation helm.fluxcd.io/reconcileAt to a new value, or set spec.suspend',
      });
      await expectStored(
        'contested',
        '1 superseded',
        '2 superseded',
        '3 superseded',
        '4 superseded',
        '5 superseded',
        '6 deployed',
      );
      await expectText('contested', 'foreign');
    });

    it('is put back once more when a person asks for it', async () => {
      await world.cluster.kubectl(
        'annotate',
        'helmreleases.helm.fluxcd.io',
        'contested',
        '-n',
        NAMESPACE,
        `${RECONCILE_AT_ANNOTATION}=now`,
      );

      await untilReady('contested', 7);
      await expectText('contested', 'wanted');
      await world.until(NAMESPACE, 'contested', ({ status }) => {
        expect(status?.lastHandledReconcileAt).to.equal('now');
      });
    });
  });
}
