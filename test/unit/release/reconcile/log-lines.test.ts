import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import type { LogFormat } from '../../../../src/telemetry/logger.ts';
import { createWorld } from './world/world.ts';
import type { World, WorldOptions } from './world/world.ts';

interface Scenario {
  readonly when: string;
  /** Gives the world after it happened. */
  readonly spec?: Parameters<typeof createWorld>[0];
  readonly happens: (world: World) => Promise<unknown>;
  /** In this order, among others. */
  readonly says: readonly string[];
}

const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;

async function upgraded(world: World): Promise<void> {
  await world.pass();
  world.chart = 'b';
  await world.pass();
}

/** The lines that people's searches and alerts rest on, as 1.4.4 wrote them, by what happens. */
const SCENARIOS: readonly Scenario[] = [
  {
    when: 'a release is installed',
    happens: (world) => world.pass(),
    says: ['starting sync run', 'running installation', 'installation succeeded'],
  },
  {
    when: 'nothing has changed',
    happens: async (world) => {
      await world.pass();
      await world.pass();
    },
    says: ['starting sync run', 'starting sync run', 'no changes'],
  },
  {
    when: 'an installation fails',
    happens: async (world) => {
      world.helm.faults.set('install', 'after');
      await world.pass();
    },
    says: ['running installation', 'installation failed: ', 'a field is immutable'],
  },
  {
    when: 'what was installed does not become ready',
    spec: { wait: true },
    happens: async (world) => {
      world.health.set('a', BROKEN);
      await world.pass();
    },
    says: ['running installation', 'installation succeeded', 'installation failed: '],
  },
  {
    when: 'a release is upgraded',
    happens: upgraded,
    says: ['running upgrade', 'upgrade succeeded'],
  },
  {
    when: 'an upgrade fails and is rolled back',
    spec: { wait: true, rollback: { enable: true } },
    happens: async (world) => {
      world.health.set('b', BROKEN);
      await upgraded(world);
    },
    says: ['running upgrade', 'upgrade failed: ', 'running rollback', 'rollback succeeded'],
  },
  {
    when: 'a rollback fails',
    spec: { wait: true, rollback: { enable: true } },
    happens: async (world) => {
      world.health.set('b', BROKEN);
      world.helm.faults.set('rollback', 'before');
      await upgraded(world);
    },
    says: ['running rollback', 'rollback failed: '],
  },
  {
    when: 'tests pass',
    spec: { test: { enable: true } },
    happens: (world) => world.pass(),
    says: ['running test', 'test succeeded'],
  },
  {
    when: 'tests fail',
    spec: { test: { enable: true } },
    happens: async (world) => {
      await world.pass();
      world.chart = 'b';
      world.helm.faults.set('test', 'after');
      await world.pass();
    },
    says: ['running test', 'test failed: '],
  },
  {
    when: 'tests fail and do not count',
    spec: { test: { enable: true, ignoreFailures: true } },
    happens: async (world) => {
      world.helm.faults.set('test', 'after');
      await world.pass();
    },
    says: ['running test', 'test failed - ignoring failures'],
  },
  {
    when: 'a release is deleted',
    happens: async (world) => {
      await world.pass();
      world.subject.delete();
      await world.remove();
    },
    says: ['running uninstall', 'uninstall succeeded'],
  },
  {
    when: 'a release of somebody else is not what is wanted',
    happens: async (world) => {
      world.difference = 'the values';
      world.storage.add('web', 'deployed', 'foreign', {});
      await world.pass();
    },
    says: [
      "running dry-run upgrade to compare with release version '1'",
      'difference detected during release comparison',
      'running upgrade',
    ],
  },
  {
    when: 'a chart source takes its time',
    happens: async (world) => {
      world.isSourceSlow = true;
      await world.pass();
    },
    says: ['starting sync run', 'chart not ready: waiting for '],
  },
  {
    when: 'a chart cannot be had',
    happens: async (world) => {
      world.chart = undefined;
      await world.pass();
    },
    says: ['failed to prepare chart for release: chart unavailable: the chart source does not answer'],
  },
];

const KEYS = ['ts', 'caller', 'component', 'release', 'targetNamespace', 'resource', 'helmVersion'];

async function linesOf({ spec, happens }: Scenario, format: LogFormat): Promise<readonly string[]> {
  const lines: string[] = [];
  const log: WorldOptions['log'] = createLogger({
    format,
    level: 'info',
    write: (line) => void lines.push(line.trimEnd()),
  });
  await happens(createWorld(spec, { log }));
  return lines;
}

function expectInOrder(lines: readonly string[], says: readonly string[]): void {
  let at = 0;
  for (const text of says) {
    const found = lines.slice(at).findIndex((line) => line.includes(text));
    expect(found, `"${text}" after line ${String(at)} of\n${lines.join('\n')}`).to.be.at.least(0);
    at += found;
  }
}

describe('the log', () => {
  for (const scenario of SCENARIOS) {
    for (const format of ['fmt', 'json'] as const) {
      it(`says in the words of 1.4.4 that ${scenario.when} (${format})`, async () => {
        const lines = await linesOf(scenario, format);

        expectInOrder(lines, scenario.says);
        for (const line of lines) {
          for (const key of KEYS) {
            expect(line).to.include(format === 'fmt' ? `${key}=` : `"${key}":`);
          }
        }
      });
    }
  }

  describe('says that helm failed', () => {
    const linesUntil = async (killedAfter: number): Promise<{ world: World; lines: readonly string[] }> => {
      const lines: string[] = [];
      const log = createLogger({ format: 'fmt', level: 'info', write: (line) => void lines.push(line) });
      const world = createWorld({}, { log });
      world.helm.faults.set('install', 'after');
      await world.pass(killedAfter);
      return { world, lines };
    };

    it('whichever of its requests after that run is the first to fail', async () => {
      const seen = new Set<number>();
      for (let effects = 0; effects < 12; effects++) {
        const { world, lines } = await linesUntil(effects);
        if (world.storage.newest('web')?.status !== 'failed') continue;
        seen.add(effects);
        expect(
          lines.filter((line) => line.includes('installation failed: ')),
          `after ${effects}`,
        ).to.have.length(1);
      }
      expect(seen.size).to.be.greaterThan(2);
    });

    for (const [verb, says] of [
      ['install', 'installation failed: '],
      ['upgrade', 'upgrade failed: '],
      ['rollback', 'rollback failed: '],
      ['uninstall', 'uninstall failed: '],
    ] as const) {
      it(`to ${verb} where Helm's storage cannot be read any more`, async () => {
        const lines: string[] = [];
        const log = createLogger({ format: 'fmt', level: 'info', write: (line) => void lines.push(line) });
        const onRun: WorldOptions['onRun'] = (run, release, _labels, { forbidden }) => {
          if (run === verb) forbidden.add(release);
        };
        const world = createWorld({ wait: true, rollback: { enable: true } }, { log, onRun });
        world.helm.faults.set(verb, 'before');
        if (verb !== 'install') await world.pass();
        if (verb === 'rollback') world.health.set('b', BROKEN);
        if (verb === 'uninstall') {
          world.subject.delete();
          await world.remove();
        } else {
          world.chart = 'b';
          await world.pass();
        }

        expect(lines.filter((line) => line.includes(says))).to.have.length(1);
      });
    }
  });

  it('has the keys of 1.4.4 with what they meant there, and failures under `error`', async () => {
    const failing = SCENARIOS.find(({ when }) => when === 'an installation fails');
    const [line = ''] = failing === undefined ? [] : (await linesOf(failing, 'json')).slice(-1);

    const fields = JSON.parse(line) as Record<string, unknown>;
    expect(fields).to.deep.include({
      caller: 'release',
      component: 'release',
      release: 'web',
      targetNamespace: 'shop',
      resource: 'shop:helmrelease/web',
      helmVersion: 'v3',
      attempts: 1,
    });
    expect(fields['error']).to.match(/^installation failed: install of web-1\.0\.0 .*a field is immutable$/);
  });
});
