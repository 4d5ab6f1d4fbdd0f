import { expect } from 'chai';
import fc from 'fast-check';
import {
  conditionOf,
  isTrue,
  MAX_MESSAGE,
  withCondition,
  withoutCondition,
} from '../../../src/api/conditions.ts';
import type { NewCondition } from '../../../src/api/conditions.ts';
import type { Condition } from '../../../src/api/helm-release.ts';
import { CONDITION_STATUSES } from '../../../src/api/schema/condition-fields.ts';
import { CONDITION_TYPES } from '../../../src/api/schema/condition.ts';

const MORNING = new Date('2026-03-01T08:00:00.750Z');
const NOON = new Date('2026-03-01T12:00:00Z');

const released: NewCondition = { type: 'Released', status: 'True', reason: 'Succeeded', message: 'fine' };

describe('withCondition', () => {
  it('stamps a new condition with the time in whole seconds', () => {
    expect(withCondition(undefined, released, MORNING)).to.deep.equal([
      { ...released, lastUpdateTime: '2026-03-01T08:00:00Z', lastTransitionTime: '2026-03-01T08:00:00Z' },
    ]);
  });

  it('keeps the time of the last transition while the status stays', () => {
    const before = withCondition([], released, MORNING);

    const after = withCondition(before, { ...released, message: 'still fine' }, NOON);

    expect(after).to.deep.equal([
      {
        ...released,
        message: 'still fine',
        lastUpdateTime: '2026-03-01T12:00:00Z',
        lastTransitionTime: '2026-03-01T08:00:00Z',
      },
    ]);
  });

  it('moves both times when the status changes', () => {
    const before = withCondition([], released, MORNING);

    const after = withCondition(before, { ...released, status: 'False' }, NOON);

    expect(conditionOf(after, 'Released')).to.deep.include({
      lastUpdateTime: '2026-03-01T12:00:00Z',
      lastTransitionTime: '2026-03-01T12:00:00Z',
    });
  });

  it('takes note of a new generation alone', () => {
    const before = withCondition([], { ...released, observedGeneration: 1 }, MORNING);

    const after = withCondition(before, { ...released, observedGeneration: 2 }, NOON);

    expect(conditionOf(after, 'Released')?.observedGeneration).to.equal(2);
  });

  it('puts what changed at the end, so that the list reads from old to new', () => {
    const fetched: NewCondition = { type: 'ChartFetched', status: 'True', reason: 'ChartFetched' };
    const before = withCondition(withCondition([], fetched, MORNING), released, MORNING);

    const after = withCondition(before, { ...fetched, status: 'False' }, NOON);

    expect(after.map(({ type }) => type)).to.deep.equal(['Released', 'ChartFetched']);
  });

  it('gives a condition that another program wrote without times a time', () => {
    const before: readonly Condition[] = [{ type: 'Released', status: 'True' }];

    const after = withCondition(before, released, NOON);

    expect(conditionOf(after, 'Released')?.lastTransitionTime).to.equal('2026-03-01T12:00:00Z');
  });

  it('cuts a message at what the API server takes, never through a character', () => {
    const long = withCondition([], { ...released, message: 'a'.repeat(MAX_MESSAGE + 1) }, NOON);
    const pair = withCondition([], { ...released, message: `${'a'.repeat(MAX_MESSAGE - 1)}😀` }, NOON);

    expect(long[0]?.message).to.equal('a'.repeat(MAX_MESSAGE));
    expect(pair[0]?.message).to.equal('a'.repeat(MAX_MESSAGE - 1));
  });
});

describe('withoutCondition', () => {
  it('takes the condition out', () => {
    expect(withoutCondition(withCondition([], released, NOON), 'Released')).to.deep.equal([]);
  });

  it('gives the very same list back when there is nothing to take out', () => {
    const list = withCondition([], released, NOON);

    expect(withoutCondition(list, 'Stalled')).to.equal(list);
  });
});

describe('a list of conditions', () => {
  const anyCondition = fc.record({
    type: fc.constantFrom(...CONDITION_TYPES),
    status: fc.constantFrom(...CONDITION_STATUSES),
    reason: fc.constantFrom('A', 'B'),
    message: fc.constantFrom('one', 'two'),
    observedGeneration: fc.integer({ min: 1, max: 3 }),
  });
  const anyTime = fc.date({
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2030-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  const steps = fc.array(fc.tuple(anyCondition, anyTime), { maxLength: 30 });
  const play = (all: readonly (readonly [NewCondition, Date])[]) =>
    all.reduce<readonly Condition[]>((list, [next, at]) => withCondition(list, next, at), []);

  it('never holds two of one type', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const types = play(all).map(({ type }) => type);
        expect(new Set(types).size).to.equal(types.length);
      }),
    );
  });

  it('holds what was last said of each type', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const list = play(all);
        for (const type of CONDITION_TYPES) {
          const last = all.findLast(([next]) => next.type === type)?.[0];
          const held = conditionOf(list, type);
          expect(held?.status).to.equal(last?.status);
          expect(held?.message).to.equal(last?.message);
          expect(isTrue(list, type)).to.equal(last?.status === 'True');
        }
      }),
    );
  });

  it('is the very same list when the same is said again, whatever the time', () => {
    fc.assert(
      fc.property(steps, anyCondition, anyTime, anyTime, (all, next, at, later) => {
        const once = withCondition(play(all), next, at);
        expect(withCondition(once, next, later)).to.equal(once);
      }),
    );
  });

  it('moves the time of transition exactly when the status moves', () => {
    fc.assert(
      fc.property(steps, anyCondition, anyTime, (all, next, at) => {
        const before = play(all);
        const old = conditionOf(before, next.type);
        const now = conditionOf(withCondition(before, next, at), next.type);
        const stays = old?.status === next.status;
        expect(now?.lastTransitionTime).to.equal(
          stays ? old.lastTransitionTime : `${at.toISOString().slice(0, 19)}Z`,
        );
      }),
    );
  });

  it('leaves the other conditions as they are', () => {
    fc.assert(
      fc.property(steps, anyCondition, anyTime, (all, next, at) => {
        const others = (list: readonly Condition[]) => list.filter(({ type }) => type !== next.type);
        const before = play(all);
        expect(others(withCondition(before, next, at))).to.deep.equal(others(before));
      }),
    );
  });
});
