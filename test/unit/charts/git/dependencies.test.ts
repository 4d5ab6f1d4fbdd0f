import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Chart } from '../../../../src/charts/chart.ts';
import { createDependencies } from '../../../../src/charts/git/dependencies.ts';
import type { Freshness } from '../../../../src/charts/lookup.ts';

const signal = new AbortController().signal;
const source = { kind: 'repository', url: 'https://charts.example.com', name: 'db', scope: '' } as const;

describe('what a chart from Git depends on', () => {
  it('is asked for away from the host of the chart, and not asked for where it is known', async () => {
    const calls: string[] = [];
    const lookup = (): Promise<Chart> => {
      calls.push('asked');
      return Promise.resolve({ name: 'db', version: '1.0.0' } as Chart);
    };
    const freshness: Freshness = {
      ...{ since: 0, signal },
      elsewhere: async (given, work) => {
        expect(given).to.equal(signal);
        calls.push('left');
        const found = await work();
        calls.push('back');
        return found;
      },
    };
    const resolve = createDependencies({
      ...{ lookupRepository: lookup, lookupOci: lookup },
      isStored: () => Promise.resolve(true),
      clock: { now: () => new Date(0), monotonicMs: () => 0 },
      chartsSyncIntervalMs: 60_000,
      onAccessChange: () => undefined,
    })(freshness);

    await resolve({ ...source, version: '1.0.0' });
    await resolve({ ...source, version: '1.0.0' });
    await resolve({ ...source, version: '1.x' });

    expect(calls).to.deep.equal(['left', 'asked', 'back', 'left', 'asked', 'back']);
  });
});
