import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareEnvironment } from '../../../src/helm/environment.ts';
import { createStarter } from '../stage/starter.ts';
import type { Stage } from '../stage/stage.ts';
import { packedChart } from '../workload/chart-files.ts';
import { inParallel } from '../workload/fleet.ts';
import { NAMESPACE, names, releaseValues, upgradedValues } from '../workload/releases.ts';
import { install, uninstall, upgrade } from './lifecycle.ts';
import type { Scenario } from './scenario.ts';

/** What the operator costs beside the helm processes that nobody can do without. */
export const bare: Scenario = {
  about: 'N releases by helm alone, as many at once as the operator may run, and then by the operator',
  count: 100,
  run: async (stage, { count }) => {
    await byHelmAlone(stage, names(count, 'bare'));
    const all = names(count);
    await stage.operator.start();
    await install(stage, all);
    await upgrade(stage, all);
    await uninstall(stage, all);
  },
};

/** Waits for nothing: that helm has ended is all there is to know. */
async function byHelmAlone(stage: Stage, all: readonly string[]): Promise<void> {
  const { dir, plane, helm, meter, measureToo, slots } = stage;
  const chart = join(dir, 'bare.tgz');
  await writeFile(chart, await packedChart());
  const { variables } = await prepareEnvironment({ home: join(dir, 'bare') });
  await using starter = createStarter({ ...variables, KUBECONFIG: plane.kubeconfig, TMPDIR: dir });
  using _ = await measureToo(starter.pid);

  const phase = (
    name: string,
    argsOf: (name: string) => readonly string[],
    values?: object,
  ): Promise<unknown> =>
    meter.measure(`${name} by helm alone`, async () => {
      const releases: number[] = [];
      const begun = performance.now();
      await inParallel(all, slots, async (release) => {
        await starter.run(helm, argsOf(release), JSON.stringify(values));
        releases.push((performance.now() - begun) / 1000);
      });
      return { releases };
    });
  const deploying = ['--disable-openapi-validation', '--values=-', `--namespace=${NAMESPACE}`];
  await phase('install', (name) => ['install', '--skip-crds', ...deploying, name, chart], releaseValues());
  const upgrading = ['upgrade', '--reset-values', '--history-max=10', '--skip-crds', ...deploying];
  await phase('upgrade', (name) => [...upgrading, name, chart], upgradedValues());
  await phase('uninstall', (name) => ['uninstall', `--namespace=${NAMESPACE}`, name]);
}
