import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { SYNC_RECONCILE_AT_ANNOTATION } from '../../../../src/api/names.ts';
import { World } from './world.ts';

const configMap = (name: string, color = 'red'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {color: ${color}}\n`;

const GOOD = { kind: 'good', by: 'Ada (SSH SHA256:abc)' } as const;
const BAD = {
  kind: 'refused',
  why: 'commit 2 is not signed: push a new commit that is, made by `git commit -S`',
} as const;

describe('a commit whose signature is asked for', () => {
  let world: World;
  let first: string;
  const colors = (): unknown[] =>
    Object.values(world.cluster.contents()).map((data: { color?: string }) => data.color);

  beforeEach(async () => {
    world = new World();
    world.verdict = GOOD;
    first = world.commit({ 'a.yaml': configMap('a') });
    await world.pass();
    world.events.length = 0;
  });

  it('is applied when it is good, and status tells who signed it', () => {
    expect(world.ready()).to.equal(`True Applied: applied ${first}`);
    expect(world.status.commit).to.deep.include({ author: 'Ada', signedBy: GOOD.by });
  });

  describe('and is refused', () => {
    let second: string;
    beforeEach(async () => {
      second = world.commit({ 'a.yaml': configMap('a', 'blue'), 'b.yaml': configMap('b') });
      world.verdict = BAD;
      await world.pass();
    });

    it('reaches nothing of the cluster, and is told with what the cluster is left at', () => {
      expect(world.cluster.calls).to.deep.equal([]);
      expect(colors()).to.deep.equal(['red']);
      const sentence = `${BAD.why}; the cluster is left at ${first}`;
      expect(world.ready()).to.equal(`False SignatureRefused: ${sentence}`);
      expect(world.status.conditions?.find(({ type }) => type === 'Stalled')?.status).to.equal('True');
      expect(world.status).to.deep.include({ appliedRevision: first, attemptedRevision: second });
      expect(world.status.failure).to.deep.include({
        step: 'verify',
        cause: sentence,
        revision: second,
        attempts: 1,
      });
      expect(world.status.commit).to.deep.equal({
        author: 'Ada',
        subject: 'Commit 2',
        time: '2026-01-01T00:00:00Z',
      });
      expect(world.events).to.deep.equal([`SyncFailed: verify: ${sentence}`]);
    });

    it('is not told again while nothing changes, also after a restart', async () => {
      world.statuses.length = 0;
      for (let pass = 0; pass < 3; pass += 1) {
        expect(await world.pass()).to.deep.equal({ kind: 'wait', ms: 60_000 });
        world.restart();
      }
      expect(world.statuses).to.deep.equal([]);
    });

    it('keeps nobody from putting back what is changed by hand', async () => {
      world.cluster.changeByHand('a', { color: 'green' });
      await world.pass();

      expect(colors()).to.deep.equal(['red']);
      expect(world.ready()).to.contain('False SignatureRefused');
    });

    it('is applied once it is good, because of a key that was added', async () => {
      world.verdict = GOOD;
      await world.pass();

      expect(world.ready()).to.equal(`True Applied: applied ${second}`);
      expect(colors()).to.deep.equal(['blue', 'red']);
      expect(world.status).not.to.have.property('failure');
    });

    it('makes way for a better one', async () => {
      const third = world.commit({ 'a.yaml': configMap('a', 'pink') });
      world.verdict = GOOD;
      await world.pass();

      expect(world.ready()).to.equal(`True Applied: applied ${third}`);
    });

    it('is not applied by asking for it', async () => {
      world.annotate(SYNC_RECONCILE_AT_ANNOTATION, 'now');
      await world.pass();

      expect(world.cluster.calls).to.deep.equal([]);
      expect(world.status).to.deep.include({ lastHandledReconcileAt: 'now', appliedRevision: first });
    });

    it('is told once more after the repository was away', async () => {
      world.away = true;
      await world.pass();
      expect(world.ready()).to.contain('False SourceUnavailable');
      world.away = false;
      await world.pass();

      expect(world.ready()).to.contain('False SignatureRefused');
      expect(world.status).not.to.have.property('sourceFailingSince');
    });
  });

  it('is refused when its key is taken away after it was applied, and stays where it is', async () => {
    world.verdict = { kind: 'refused', why: 'commit 1 is signed by a key that nobody holds' };
    await world.pass();

    expect(world.ready()).to.equal(
      'False SignatureRefused: commit 1 is signed by a key that nobody holds; it was applied before, and stays in the cluster until there is a better one',
    );
    expect(colors()).to.deep.equal(['red']);
    expect(world.status.commit).not.to.have.property('signedBy');

    world.verdict = GOOD;
    await world.pass();
    expect(world.ready()).to.equal(`True Applied: applied ${first}`);
    expect(world.status.commit).to.deep.include({ signedBy: GOOD.by });
  });

  it('is not applied as the first one either', async () => {
    world = new World();
    world.verdict = BAD;
    world.commit({ 'a.yaml': configMap('a') });
    await world.pass();

    expect(world.cluster.calls).to.deep.equal([]);
    expect(world.ready()).to.equal(`False SignatureRefused: ${BAD.why}; nothing is applied yet`);
  });
});
