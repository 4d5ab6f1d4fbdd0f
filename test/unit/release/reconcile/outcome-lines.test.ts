import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import type { LogFormat } from '../../../../src/telemetry/logger.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

interface Scenario {
  readonly when: string;
  readonly spec?: Parameters<typeof createWorld>[0];
  readonly happens: (world: World) => Promise<unknown>;
  /** All lines that tell of an end: action, revision, result. */
  readonly ended: readonly string[];
}

const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;
const PROGRESSING = { kind: 'progressing', why: 'Deployment shop/web has 0 of 1 pods' } as const;

async function upgraded(world: World): Promise<void> {
  await world.pass();
  world.chart = 'b';
  await world.pass();
}

const SCENARIOS: readonly Scenario[] = [
  { when: 'it is installed', happens: (world) => world.pass(), ended: ['install 1 ok'] },
  {
    when: 'nothing has changed',
    happens: async (world) => {
      await world.pass();
      await world.pass();
    },
    ended: ['install 1 ok'],
  },
  {
    when: 'helm cannot install it',
    happens: (world) => {
      world.helm.faults.set('install', 'after');
      return world.pass();
    },
    ended: ['install 1 failed'],
  },
  {
    when: 'it becomes ready after several looks',
    spec: { wait: true },
    happens: async (world) => {
      world.health.set('a', PROGRESSING);
      for (let looks = 0; looks < 3; looks++) {
        await world.pass();
        world.later(1_000);
      }
      world.health.delete('a');
      await world.pass();
    },
    ended: ['install 1 ok'],
  },
  {
    when: 'it does not become ready in time',
    spec: { wait: true },
    happens: async (world) => {
      world.health.set('a', PROGRESSING);
      await world.pass();
      world.later(61_000);
      await world.pass();
    },
    ended: ['install 1 failed'],
  },
  {
    when: 'an upgrade is rolled back',
    spec: { wait: true, rollback: { enable: true } },
    happens: async (world) => {
      world.health.set('b', BROKEN);
      await upgraded(world);
    },
    ended: ['install 1 ok', 'upgrade 2 failed', 'rollback 3 ok'],
  },
  {
    when: 'its tests pass',
    spec: { test: { enable: true } },
    happens: (world) => world.pass(),
    ended: ['install 1 ok', 'test 1 ok'],
  },
  {
    when: 'its tests fail and do not count',
    spec: { test: { enable: true, ignoreFailures: true } },
    happens: (world) => {
      world.helm.faults.set('test', 'after');
      return world.pass();
    },
    ended: ['install 1 ok', 'test 1 failed'],
  },
  {
    when: 'it is deleted',
    happens: async (world) => {
      await world.pass();
      world.subject.delete();
      await world.remove();
    },
    ended: ['install 1 ok', 'uninstall 1 ok'],
  },
  {
    when: 'it cannot be uninstalled',
    happens: async (world) => {
      await world.pass();
      world.helm.faults.set('uninstall', 'before');
      world.subject.delete();
      await world.remove();
    },
    ended: ['install 1 ok', 'uninstall 1 failed'],
  },
  {
    when: 'it is taken over as it is',
    happens: (world) => {
      world.storage.add('web', 'deployed', 'foreign', {});
      return world.pass();
    },
    ended: ['dry-run-compare 1 ok', 'annotate 1 ok'],
  },
  {
    when: 'its chart cannot be had',
    happens: (world) => {
      world.chart = undefined;
      return world.pass();
    },
    ended: [],
  },
];

/** What the lines of an end say, whatever the format. */
async function endsOf({ spec, happens }: Scenario, format: LogFormat): Promise<readonly string[]> {
  const lines: string[] = [];
  const log = createLogger({ format, level: 'info', write: (line) => void lines.push(line.trimEnd()) });
  await happens(createWorld(spec, { log }));
  return lines.filter((line) => line.includes('action ended'));
}

describe('the end of each action of a release is one line of the log', () => {
  for (const scenario of SCENARIOS) {
    it(`when ${scenario.when} (json)`, async () => {
      const ends = (await endsOf(scenario, 'json')).map(
        (line) => JSON.parse(line) as Record<string, unknown>,
      );
      expect(ends.map(({ action, revision, result }) => [action, revision, result].join(' '))).to.deep.equal(
        scenario.ended,
      );
      for (const end of ends) {
        expect(end).to.include({ release: 'web', targetNamespace: 'shop', resource: 'shop:helmrelease/web' });
        expect(end['durationMs']).to.be.a('number').that.is.at.least(0);
      }
    });

    it(`when ${scenario.when} (fmt)`, async () => {
      const ends = await endsOf(scenario, 'fmt');
      const told = ends.map((line) => {
        const [, action, revision, result] =
          / info="action ended" action=(\S+) revision=(\d+) result=(\w+) durationMs=\d+$/.exec(line) ?? [];
        expect(line).to.include(' release=web ').and.include(' targetNamespace=shop ');
        return [action, revision, result].join(' ');
      });
      expect(told).to.deep.equal(scenario.ended);
    });
  }

  it('with the time from its beginning, the wait included', async () => {
    const waited = SCENARIOS.find(({ when }) => when === 'it does not become ready in time');
    const [line = ''] = waited === undefined ? [] : await endsOf(waited, 'json');
    expect(JSON.parse(line)).to.include({ durationMs: 61_000 });
  });
});
