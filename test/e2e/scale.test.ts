import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { install, upgrade } from '../../hack/bench/scenarios/lifecycle.ts';
import { byAnnotation } from '../../hack/bench/scenarios/noop.ts';
import type { Row } from '../../hack/bench/report/run.ts';
import { openStage, type Stage } from '../../hack/bench/stage/stage.ts';
import { names } from '../../hack/bench/workload/releases.ts';

const COUNT = 50;

/** The intent and the outcome; between them the wait, of those whose Deployment was not yet ready when helm ended. */
const ONE_OR_TWO_PHASES = [2 * COUNT, 3 * COUNT] as const;

/** A short run of the benchmark. What takes time says nothing on a machine that others use: only what can be counted. */
describe('fifty releases of one chart', function () {
  this.timeout(180_000);
  const all = names(COUNT);
  const opened = new AsyncDisposableStack();
  let stage: Stage;

  before(async () => {
    stage = opened.use(
      await openStage({
        ...{ source: 'git', helm: 'helm', slots: 4, cores: undefined, profiles: undefined },
        ...{ timeoutMs: 120_000, bundle: undefined, onRow: () => undefined },
      }),
    );
    await stage.operator.start();
  });
  after(async () => {
    await opened.disposeAsync();
  });

  it('are installed by one helm process each, out of one fetch and one packaging', async () => {
    const row = await install(stage, all);

    expect(row.helm.started).to.deep.equal({ install: COUNT, package: 1 });
    expect(row.helm.mostAtOnce).to.be.at.most(4);
    expect(row.more).to.include({ lookups: 1, downloads: 1 });
    const { 'update helmreleases/status': status, ...others } = writesIn(row);
    expect(others).to.deep.equal({ 'create events': COUNT, 'patch helmreleases': COUNT });
    expect(status).to.be.within(...ONE_OR_TWO_PHASES);
  });

  it('are upgraded by one helm process each, out of what was fetched before', async () => {
    const row = await upgrade(stage, all);

    expect(row.helm.started).to.deep.equal({ upgrade: COUNT });
    expect(row.helm.mostAtOnce).to.be.at.most(4);
    expect(row.more).to.include({ lookups: 0, downloads: 0 });
    const { 'update helmreleases/status': status, ...others } = writesIn(row);
    expect(others).to.deep.equal({ 'patch events': COUNT });
    expect(status).to.be.within(...ONE_OR_TWO_PHASES);
  });

  it('cost no helm process and the write that was asked for when they are looked at unchanged', async () => {
    const row = await byAnnotation(stage, all);

    expect(row.helm.started).to.deep.equal({});
    expect(row.more).to.include({ passes: COUNT });
    expect(writesIn(row)).to.deep.equal({ 'update helmreleases/status': COUNT });
  });
});

/** What the operator wrote, by verb and resource. */
function writesIn({ requests }: Row): Readonly<Record<string, number>> {
  const written = Object.entries(requests)
    .map(([key, count]) => [key.split(' '), count] as const)
    .filter(([[who, verb = '']]) => who === 'operator' && !['get', 'list', 'watch'].includes(verb));
  return Object.fromEntries(written.map(([[, ...what], count]) => [what.join(' '), count]));
}
