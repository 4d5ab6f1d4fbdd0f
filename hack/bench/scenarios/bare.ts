import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BY_HELM_ALONE } from '../report/against-helm.ts';
import type { Row } from '../report/run.ts';
import { openBareHelm } from '../stage/bare-helm.ts';
import { untilIdle } from '../stage/idle.ts';
import type { Stage } from '../stage/stage.ts';
import { packedChart } from '../workload/chart-files.ts';
import { inParallel } from '../workload/fleet.ts';
import { NAMESPACE, names, releaseValues, upgradedValues } from '../workload/releases.ts';
import * as byOperator from './lifecycle.ts';
import type { Scenario } from './scenario.ts';

type ArgsOf = (name: string) => readonly string[];

/** What the operator costs beside the helm processes that nobody can do without. */
export const bare: Scenario = {
  about: 'N releases by helm alone, as many at once as the operator may run, and then by the operator',
  count: 100,
  run: async (stage, { count }) => {
    await byHelmAlone(stage, names(count, 'bare'));
    const all = names(count);
    await stage.operator.start();
    await untilIdle(stage.plane);
    await byOperator.install(stage, all);
    await byOperator.upgrade(stage, all);
    await byOperator.uninstall(stage, all);
  },
};

/** So many releases come and go before, or the first side would pay for the caches of the API server. */
const THROWN_AWAY = 10;

/** Waits for nothing: that helm has ended is all there is to know. */
async function byHelmAlone(stage: Stage, all: readonly string[]): Promise<void> {
  const { dir, plane, meter, measureToo, slots } = stage;
  const chart = join(dir, 'bare.tgz');
  await writeFile(chart, await packedChart());
  await using helm = await openBareHelm(stage);
  using _ = await measureToo(helm.pid);

  const each = async (
    some: readonly string[],
    argsOf: ArgsOf,
    values?: object,
  ): Promise<readonly number[]> => {
    const ends: number[] = [];
    const begun = performance.now();
    await inParallel(some, slots, async (release) => {
      await helm.run(argsOf(release), JSON.stringify(values));
      ends.push((performance.now() - begun) / 1000);
    });
    return ends;
  };
  const phase = (name: string, argsOf: ArgsOf, values?: object): Promise<Row> =>
    meter.measure(`${name}${BY_HELM_ALONE}`, async () => ({ releases: await each(all, argsOf, values) }));

  const deploying = ['--disable-openapi-validation', '--values=-', `--namespace=${NAMESPACE}`];
  const install: ArgsOf = (name) => ['install', '--skip-crds', ...deploying, name, chart];
  const uninstall: ArgsOf = (name) => ['uninstall', `--namespace=${NAMESPACE}`, name];
  const thrownAway = names(THROWN_AWAY, 'warm');
  await each(thrownAway, install, releaseValues());
  await each(thrownAway, uninstall);
  await untilIdle(plane);

  await phase('install', install, releaseValues());
  const upgrading = ['upgrade', '--reset-values', '--history-max=10', '--skip-crds', ...deploying];
  await phase('upgrade', (name) => [...upgrading, name, chart], upgradedValues());
  await phase('uninstall', uninstall);
}
