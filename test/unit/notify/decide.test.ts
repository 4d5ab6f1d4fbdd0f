import { expect } from 'chai';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { HelmReleaseStatus } from '../../../src/api/helm-release.ts';
import { decide, pastOf } from '../../../src/notify/decide.ts';
import { seenOf } from '../../../src/notify/seen.ts';
import { entry, failure, ready, release } from './releases.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');

/** Looks at one status after the other, and gives what is told at each. */
function told(...statuses: readonly HelmReleaseStatus[]): readonly (readonly string[])[] {
  let keys: readonly string[] = [];
  return statuses.map((status) => {
    const decision = decide(keys, seenOf(release(status)), NOW);
    keys = decision.told;
    return decision.news.map(({ result, revision }) => `${result} ${String(revision ?? '-')}`);
  });
}

describe('what is told of a HelmRelease', () => {
  it('is each outcome once', () => {
    const first = { history: [entry(1)] };
    const second = { history: [entry(2, { result: 'Failed' }), entry(1)] };

    expect(told(first, first, second, second)).to.deep.equal([['Released 1'], [], ['Failed 2'], []]);
  });

  it('is an outcome that came between two looks, with those before it in their order', () => {
    const status = {
      history: [entry(3, { result: 'RolledBack' }), entry(2, { result: 'Failed' }), entry(1)],
    };

    expect(told(status)).to.deep.equal([['Released 1', 'Failed 2', 'RolledBack 3']]);
  });

  it('is what a revision has become that had failed before', () => {
    const [failed, well] = [{ history: [entry(1, { result: 'Failed' })] }, { history: [entry(1)] }];

    expect(told(failed, well)).to.deep.equal([['Failed 1'], ['Released 1']]);
  });

  it('is a failure without a revision once, and that it is over', () => {
    const failing = { ...ready(), history: [entry(1)], failure: failure() };
    const again = { ...failing, failure: failure({ attempts: 2, time: '2026-01-01T00:07:00Z' }) };
    const unknown = { history: [entry(1)] };
    const well = { ...ready(), history: [entry(1)] };

    expect(told(well, failing, again, unknown, well, well)).to.deep.equal([
      ['Released 1'],
      ['Failed -'],
      [],
      [],
      ['Mended 1'],
      [],
    ]);
  });

  it('is only the new revision where that is what mended it', () => {
    const failing = { history: [entry(1)], failure: failure() };
    const released = { history: [entry(2), entry(1)] };
    const well = { ...ready(), ...released };

    expect(told(failing, released, well)).to.deep.equal([['Released 1', 'Failed -'], ['Released 2'], []]);
    expect(told(failing, well)).to.deep.equal([['Released 1', 'Failed -'], ['Released 2']]);
  });

  it('is each of several failures that take turns once, until it is ready again', () => {
    const [chart, values] = [{ failure: failure() }, { failure: failure({ step: 'values' }) }];
    const well = { ...ready(), history: [entry(1)] };

    expect(told(chart, values, chart, {}, values, chart, well, chart, values)).to.deep.equal([
      ['Failed -'],
      ['Failed -'],
      [],
      [],
      [],
      [],
      ['Released 1'],
      ['Failed -'],
      ['Failed -'],
    ]);
  });

  it('remembers no more than eight failures', () => {
    const keys = Array.from({ length: 50 }, (_, generation) => generation).reduce<readonly string[]>(
      (known, observedGeneration) =>
        decide(known, seenOf(release({ failure: failure(), observedGeneration })), NOW).told,
      [],
    );

    expect(keys).to.deep.equal([42, 43, 44, 45, 46, 47, 48, 49].map((one) => `-chart-${String(one)}`));
  });

  it('is nothing of a release that was only taken over', () => {
    expect(told({ history: [entry(4, { cause: 'Adopted' })] })).to.deep.equal([[]]);
  });

  it('is nothing that is older than a day', () => {
    const { news, told: keys } = decide([], seenOf(release({ history: [entry(1)] })), NOW + 25 * 3_600_000);

    expect([news, keys.length]).to.deep.equal([[], 1]);
  });

  it('is nothing of the past', () => {
    const seen = seenOf(release({ history: [entry(2), entry(1)], failure: failure() }));

    expect(decide(pastOf(seen), seen, NOW).news).to.deep.equal([]);
  });

  it('never repeats itself, whatever history does', () => {
    const results = fc.constantFrom('Pending', 'Released', 'Failed', 'RolledBack', 'TestFailed');
    const lives = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), results), { maxLength: 40 });
    fc.assert(
      fc.property(lives, (steps) => {
        const now = new Map<number, ReturnType<typeof entry>>();
        let keys: readonly string[] = [];
        let before = '';
        for (const [revision, result] of steps) {
          now.set(revision, entry(revision, { result: result as 'Released' }));
          const history = [...now.values()].toSorted((a, b) => b.revision - a.revision);
          const seen = seenOf(release({ history }));
          const decision = decide(keys, seen, NOW);
          const known = keys;
          keys = decision.told;
          const state = JSON.stringify(history);
          if (state === before) expect(decision.news).to.deep.equal([]);
          expect(decision.news.filter(({ key }) => known.includes(key))).to.deep.equal([]);
          expect(decision.news.length).to.be.at.most(1);
          expect(decide(keys, seen, NOW).news).to.deep.equal([]);
          before = state;
        }
      }),
    );
  });
});
