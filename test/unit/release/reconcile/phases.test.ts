import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Condition, ConditionType, HelmReleaseStatus, Phase } from '../../../../src/api/helm-release.ts';
import { phaseMessage } from '../../../../src/api/phases.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

/** The conditions of 1.4.4. Of each: its status, and the phase that is its reason and says its message. */
type OldConditions = Readonly<Partial<Record<ConditionType, readonly [Condition['status'], Phase]>>>;

interface Row {
  readonly when: string;
  readonly spec?: Parameters<typeof createWorld>[0];
  /** What came before; only what comes after it is looked at. */
  readonly given?: (world: World) => Promise<unknown>;
  readonly happens: (world: World) => Promise<unknown>;
  readonly phases: readonly Phase[];
  readonly conditions: OldConditions;
  readonly status: Readonly<Partial<HelmReleaseStatus>>;
}

const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;
const STARTING = { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' } as const;
const ROLLING_BACK = { wait: true, rollback: { enable: true } };

const pass = (world: World): Promise<unknown> => world.pass();
const newChart = (world: World): Promise<unknown> => {
  world.chart = 'b';
  return world.pass();
};
const brokenChart = (world: World): Promise<unknown> => {
  world.health.set('b', BROKEN);
  return newChart(world);
};

const FETCHED = { ChartFetched: ['True', 'ChartFetched'] } as const satisfies OldConditions;
const RELEASED = {
  ...FETCHED,
  Deployed: ['True', 'Deployed'],
  Released: ['True', 'Succeeded'],
} as const satisfies OldConditions;
const ROWS: readonly Row[] = [
  {
    when: 'a release is installed and waited for',
    spec: { wait: true },
    happens: async (world) => {
      world.health.set('a', STARTING);
      await world.pass();
      world.health.delete('a');
      await world.pass();
    },
    phases: ['Installing', 'Deployed', 'Succeeded'],
    conditions: RELEASED,
    status: {
      releaseName: 'web',
      releaseStatus: 'deployed',
      revision: 'commit-a',
      lastAttemptedRevision: 'commit-a',
    },
  },
  {
    when: 'it is installed and tested',
    spec: { test: { enable: true } },
    happens: pass,
    phases: ['Installing', 'Testing', 'Tested', 'Succeeded'],
    conditions: { ...RELEASED, Tested: ['True', 'Tested'] },
    status: { revision: 'commit-a' },
  },
  {
    when: 'the failure of its tests is ignored',
    spec: { test: { enable: true, ignoreFailures: true } },
    happens: (world) => {
      world.helm.faults.set('test', 'after');
      return world.pass();
    },
    phases: ['Installing', 'Testing', 'TestFailed', 'Succeeded'],
    conditions: { ...RELEASED, Tested: ['False', 'TestFailed'] },
    status: { revision: 'commit-a' },
  },
  {
    when: 'its installation fails',
    happens: (world) => {
      world.helm.faults.set('install', 'after');
      return world.pass();
    },
    phases: ['Installing', 'DeployFailed'],
    conditions: { ...FETCHED, Deployed: ['False', 'DeployFailed'], Released: ['False', 'DeployFailed'] },
    status: { releaseStatus: 'failed', revision: undefined, lastAttemptedRevision: 'commit-a' },
  },
  {
    when: 'it is upgraded',
    given: pass,
    happens: newChart,
    phases: ['Upgrading', 'Succeeded'],
    conditions: RELEASED,
    status: { releaseStatus: 'deployed', revision: 'commit-b', lastAttemptedRevision: 'commit-b' },
  },
  {
    when: 'its upgrade fails and there is no rollback',
    given: pass,
    happens: (world) => {
      world.helm.faults.set('upgrade', 'after');
      return newChart(world);
    },
    phases: ['Upgrading', 'DeployFailed'],
    conditions: { ...FETCHED, Deployed: ['False', 'DeployFailed'], Released: ['False', 'DeployFailed'] },
    status: { releaseStatus: 'failed', revision: 'commit-a', lastAttemptedRevision: 'commit-b' },
  },
  {
    when: 'its upgrade fails and is rolled back',
    spec: ROLLING_BACK,
    given: pass,
    happens: brokenChart,
    phases: ['Upgrading', 'DeployFailed', 'RollingBack', 'RolledBack'],
    conditions: {
      ...FETCHED,
      Deployed: ['False', 'DeployFailed'],
      Released: ['False', 'DeployFailed'],
      RolledBack: ['True', 'RolledBack'],
    },
    status: {
      releaseStatus: 'deployed',
      revision: 'commit-a',
      lastAttemptedRevision: 'commit-b',
      rollbackCount: 1,
    },
  },
  {
    when: 'a second upgrade is rolled back too',
    spec: ROLLING_BACK,
    given: async (world) => {
      await world.pass();
      await brokenChart(world);
      world.chart = 'c';
      world.health.set('c', BROKEN);
    },
    happens: pass,
    phases: ['Upgrading', 'DeployFailed', 'RollingBack', 'RolledBack'],
    conditions: {
      ...FETCHED,
      Deployed: ['False', 'DeployFailed'],
      Released: ['False', 'DeployFailed'],
      RolledBack: ['True', 'RolledBack'],
    },
    status: { revision: 'commit-a', lastAttemptedRevision: 'commit-c', rollbackCount: 2 },
  },
  {
    when: 'it is well again after a rollback',
    spec: ROLLING_BACK,
    given: async (world) => {
      await world.pass();
      await brokenChart(world);
      world.chart = 'c';
    },
    happens: pass,
    phases: ['Upgrading', 'Succeeded'],
    conditions: RELEASED,
    status: { revision: 'commit-c', lastAttemptedRevision: 'commit-c', rollbackCount: undefined },
  },
  {
    when: 'its rollback fails',
    spec: ROLLING_BACK,
    given: (world) => {
      world.helm.faults.set('rollback', 'before');
      return world.pass();
    },
    happens: brokenChart,
    phases: ['Upgrading', 'DeployFailed', 'RollingBack', 'RollbackFailed'],
    conditions: {
      ...FETCHED,
      Deployed: ['False', 'DeployFailed'],
      Released: ['False', 'DeployFailed'],
      RolledBack: ['False', 'RollbackFailed'],
    },
    status: { releaseStatus: 'failed', revision: 'commit-a', rollbackCount: undefined },
  },
  {
    when: 'the tests of its upgrade fail',
    spec: { test: { enable: true }, rollback: { enable: true } },
    given: pass,
    happens: (world) => {
      world.helm.faults.set('test', 'after');
      return newChart(world);
    },
    phases: ['Upgrading', 'Testing', 'TestFailed', 'RollingBack', 'RolledBack'],
    conditions: {
      ...FETCHED,
      Deployed: ['True', 'Deployed'],
      Tested: ['False', 'TestFailed'],
      Released: ['False', 'TestFailed'],
      RolledBack: ['True', 'RolledBack'],
    },
    status: { revision: 'commit-a', lastAttemptedRevision: 'commit-b', rollbackCount: 1 },
  },
  {
    when: 'its chart cannot be fetched',
    given: pass,
    happens: (world) => {
      world.chart = undefined;
      return world.pass();
    },
    phases: ['ChartFetchFailed'],
    conditions: {
      ChartFetched: ['False', 'ChartFetchFailed'],
      Deployed: ['True', 'Deployed'],
      Released: ['False', 'ChartFetchFailed'],
    },
    status: { releaseStatus: 'deployed', revision: 'commit-a', lastAttemptedRevision: 'commit-a' },
  },
  {
    when: 'its chart can be fetched again (defect 7)',
    given: async (world) => {
      await world.pass();
      world.chart = undefined;
      await world.pass();
      world.chart = 'a';
    },
    happens: pass,
    phases: ['Succeeded'],
    conditions: RELEASED,
    status: { revision: 'commit-a', lastAttemptedRevision: 'commit-a' },
  },
  {
    when: 'nothing has changed',
    given: pass,
    happens: pass,
    phases: [],
    conditions: RELEASED,
    status: { releaseStatus: 'deployed', revision: 'commit-a' },
  },
];

const OLD_TYPES: readonly string[] = ['ChartFetched', 'Deployed', 'Released', 'RolledBack', 'Tested'];

function oldConditionsOf({ conditions = [] }: HelmReleaseStatus): unknown {
  return Object.fromEntries(
    conditions
      .filter(({ type }) => OLD_TYPES.includes(type))
      .map(({ type, status, reason, message }) => [type, { status, reason, message }]),
  );
}

describe('the phases and conditions of 1.4.4', () => {
  for (const { when, spec, given, happens, phases, conditions, status } of ROWS) {
    it(`are those of its page when ${when}`, async () => {
      const world = createWorld(spec);
      await given?.(world);
      const before = world.subject.written.length;

      await happens(world);

      const written = world.subject.written.slice(before).map(({ phase }) => phase);
      expect(written.filter((phase, at) => phase !== written[at - 1])).to.deep.equal(phases);
      expect(oldConditionsOf(world.status())).to.deep.equal(
        Object.fromEntries(
          Object.entries(conditions).map(([type, [value, phase]]) => [
            type,
            { status: value, reason: phase, message: phaseMessage(phase, 'web', 'shop') },
          ]),
        ),
      );
      for (const [field, value] of Object.entries(status)) {
        expect(world.status()[field as keyof HelmReleaseStatus], field).to.equal(value);
      }
      expect(world.status().observedGeneration).to.equal(1);
    });
  }

  it('are kept with the time of the last change of their status', async () => {
    const world = createWorld();
    await world.pass();
    const { lastTransitionTime } = world.condition('Released') ?? {};
    world.later(60_000);

    await newChart(world);

    expect(world.condition('Released')).to.include({ status: 'True', lastTransitionTime });
    expect(world.condition('Deployed')?.lastTransitionTime).not.to.equal(lastTransitionTime);
  });
});
