import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { untilIdle } from '../stage/idle.ts';
import type { Stage } from '../stage/stage.ts';
import { expectDone, inParallel } from '../workload/fleet.ts';
import { names } from '../workload/releases.ts';
import { install, uninstall, upgrade } from './lifecycle.ts';
import type { Scenario } from './scenario.ts';

const OURS = join(import.meta.dirname, '../../../crds/helmrelease.yaml');
const STEPS = [0, 50, 250, 500];
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Definition {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: { readonly names: { readonly plural: string } & Readonly<Record<string, unknown>> };
}

/** Each run of helm learns what kinds there are: what that costs where there are many. */
export const definitions: Scenario = {
  about: `N releases beside ${STEPS.join(', ')} further CRDs, ten in a group`,
  count: 20,
  run: async (stage, { count }) => {
    const all = names(count);
    const ours = load(await readFile(OURS, 'utf8')) as Definition;
    await stage.operator.start();
    let there = 0;
    for (const step of STEPS) {
      await add(stage, ours, there, step);
      there = step;
      const beside = `beside ${String(step)} CRDs`;
      await install(stage, all, `install ${beside}`);
      await upgrade(stage, all, `upgrade ${beside}`);
      await uninstall(stage, all, `uninstall ${beside}`);
    }
  },
};

/** As operators bring them that manage clouds or databases. */
const KINDS_PER_GROUP = 10;

/** Definitions as large as ours. */
async function add({ plane }: Stage, ours: Definition, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, at) => from + at);
  await inParallel(numbers, 4, async (number) => {
    const group = `group-${String(Math.floor(number / KINDS_PER_GROUP))}.example.com`;
    const plural = `${ours.spec.names.plural}${String(number)}`;
    const kind = `${String(ours.spec.names['kind'])}${String(number)}`;
    const body = {
      ...ours,
      metadata: { name: `${plural}.${group}` },
      spec: { ...ours.spec, group, names: { plural, kind } },
    };
    expectDone(await plane.client.send('POST', DEFINITIONS, body), `POST ${group}`);
  });
  await untilIdle(plane);
}
