import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Forecast, ForecastAction } from '../../../../src/release/preview/forecast.ts';
import { anyEvent, happen } from '../reconcile/model/events.ts';
import type { Event } from '../reconcile/model/events.ts';
import { createWorld } from '../reconcile/world/world.ts';
import type { PassResult, World } from '../reconcile/world/world.ts';

/** What the pass runs first; undefined where what it runs depends on what it finds on its way. */
const FIRST_RUN: Readonly<Record<ForecastAction, readonly string[] | undefined>> = {
  install: ['helm install'],
  upgrade: ['helm upgrade'],
  'roll back': ['helm rollback'],
  test: ['helm test'],
  uninstall: ['helm uninstall'],
  adopt: [],
  stall: [],
  nothing: [],
  leave: [],
  wait: undefined,
  correct: undefined,
  unlock: undefined,
  unknown: undefined,
};

const anySpec = fc.record({
  wait: fc.boolean(),
  rollback: fc.record({ enable: fc.boolean(), retry: fc.boolean() }),
  test: fc.record({ enable: fc.boolean() }),
});

/** Failures more often than among the events of the model, and what people do about them. */
const anyTrouble: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: anyEvent },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('helm-fails'),
      verb: fc.constantFrom('upgrade', 'rollback'),
      fault: fc.constantFrom('before', 'after', 'lost'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('input'), chart: fc.constantFrom('a', 'b', 'c') }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'reconcile-at' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'status-lost' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'time', ms: 400_000 }) },
);

function lastOf(forecast: Forecast): Forecast {
  return forecast.then === undefined ? forecast : lastOf(forecast.then);
}

/** Has each pass over the world told before, and compares; notes what was told. */
function comparing(world: World, told: Set<string>): World {
  const { pass } = world;
  const comparingPass = async (killedAfter?: number): Promise<PassResult> => {
    const before = await world.preview();
    const result = await pass(killedAfter);
    const expected = FIRST_RUN[lastOf(before).action];
    if (killedAfter === undefined && result.thrown === undefined && expected !== undefined) {
      expect(result.runs.slice(0, 1), JSON.stringify(before)).to.deep.equal(expected);
      told.add(before.action);
    }
    return result;
  };
  return Object.assign(world, { pass: comparingPass });
}

describe('a preview', () => {
  it('tells of a release to which anything happened what the next pass does', async function () {
    this.timeout(20_000);
    const told = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        anySpec,
        fc.option(fc.constantFrom('the values', ''), { nil: undefined }),
        fc.array(anyTrouble, { minLength: 10, maxLength: 20 }),
        async (spec, foreign, events) => {
          const world = comparing(createWorld(spec), told);
          if (foreign !== undefined) world.storage.add('web', 'deployed', 'theirs', {});
          world.difference = foreign === '' ? undefined : foreign;
          for (const event of events) await happen(world, event);
        },
      ),
      { numRuns: 300, seed: 20_261_123 },
    );
    // Each kind of answer was compared.
    expect(told).to.include.all.keys(
      'install',
      'upgrade',
      'roll back',
      'adopt',
      'test',
      'stall',
      'unlock',
      'nothing',
    );
  });
});
