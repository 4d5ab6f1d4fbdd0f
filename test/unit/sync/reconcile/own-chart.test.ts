import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { CHART_COMMIT_ANNOTATION, SYNC_RECONCILE_AT_ANNOTATION } from '../../../../src/api/names.ts';
import { Killed, World } from './world.ts';

function release(number: number, path = 'charts/web'): string {
  return JSON.stringify({
    ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', metadata: { name: 'web' } },
    spec: { chart: { path }, values: { number } },
  });
}

function files(number: number, chart: string, more: Readonly<Record<string, string>> = {}) {
  return {
    'charts/web/Chart.yaml': 'name: web\n',
    'charts/web/chart.txt': chart,
    'web.json': release(number),
    ...more,
  };
}

const liveCommit = (world: World): string | undefined =>
  world.cluster.objects.get('HelmRelease team/web')?.object.metadata.annotations?.[CHART_COMMIT_ANNOTATION];
const chartsOf = (world: World): readonly string[] =>
  world.status.inventory?.entries.find(({ name }) => name === 'web')?.charts ?? [];
const idOf = (revision: string): string => revision.split(':').at(-1) ?? '';

describe('a chart in the commit of its manifest', () => {
  let world: World;
  const bring = async (...commit: Parameters<typeof files>): Promise<string> => {
    const id = idOf(world.commit(files(...commit)));
    await world.pass();
    return id;
  };

  beforeEach(() => {
    world = new World();
  });

  it('comes with the manifest, and moves when one of the two changes', async () => {
    const first = await bring(1, 'a');
    expect(liveCommit(world)).to.equal(first);
    expect(chartsOf(world)).to.deep.equal([`${first}:charts/web`]);
    const second = await bring(1, 'b');
    expect(liveCommit(world)).to.equal(second);
    const third = await bring(2, 'b');

    expect(liveCommit(world)).to.equal(third);
    expect(chartsOf(world)).to.deep.equal([`${third}:charts/web`]);
  });

  it('is left where it is by a commit beside it, and put back there', async () => {
    const first = await bring(1, 'a');
    const beside = await bring(1, 'a', { 'charts/other/x.txt': 'x' });
    expect(world.cluster.calls).to.deep.equal([]);
    expect(world.status.appliedRevision).to.include(beside);

    world.cluster.objects.delete('HelmRelease team/web');
    await world.pass();

    expect(liveCommit(world)).to.equal(first);
  });

  it('goes when the manifest names a repository', async () => {
    await bring(1, 'a');
    const other = JSON.stringify({
      ...(JSON.parse(release(1)) as object),
      spec: { chart: { git: 'https://example.com/b.git', path: 'charts/web' } },
    });
    await bring(1, 'a', { 'web.json': other });

    expect(liveCommit(world)).to.equal(undefined);
    expect(chartsOf(world)).to.deep.equal([]);
  });

  it('is taken from the newest commit when a person asks for all of it', async () => {
    await bring(1, 'a');
    const beside = await bring(1, 'a', { 'x.txt': 'x' });

    world.annotate(SYNC_RECONCILE_AT_ANNOTATION, 'now');
    await world.pass();

    expect(liveCommit(world)).to.equal(beside);
    expect(chartsOf(world)).to.deep.equal([`${beside}:charts/web`]);
  });

  it('keeps what was known of it when the manifest is refused', async () => {
    const first = await bring(1, 'a');
    world.cluster.refused.set('web', 'apply');
    await bring(2, 'b');

    expect(liveCommit(world)).to.equal(first);
    expect(chartsOf(world)).to.deep.equal([`${first}:charts/web`]);
  });

  it('is in the inventory before it is on the object, whenever the operator is killed', async () => {
    let kills = 0;
    for (let effects = 1; ; effects += 1) {
      world = new World();
      await bring(1, 'a');
      world.commit(files(2, 'b'));
      world.effectsLeft = effects;
      const caught: unknown = await world.pass().catch((error: unknown) => error);
      if (!(caught instanceof Killed)) break;
      kills += 1;
      expect(chartsOf(world), `after write ${String(effects)}`).to.include(
        `${liveCommit(world) ?? ''}:charts/web`,
      );

      world.effectsLeft = Number.POSITIVE_INFINITY;
      world.restart();
      await bring(3, 'c');
      expect(chartsOf(world)).to.deep.equal([`${liveCommit(world) ?? ''}:charts/web`]);
    }
    expect(kills).to.be.greaterThan(2);
  });
});
