import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import type { Chart, ChartSource } from '../../../../src/charts/chart.ts';
import { createGate } from '../../../../src/process/gate.ts';
import { createLookups } from '../../../../src/charts/sharing/lookups.ts';
import type { SourceState } from '../../../../src/charts/sharing/source-state.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';

const source: ChartSource = {
  ...{ kind: 'repository', url: 'https://charts.example.com', name: 'web', version: '*', scope: '' },
};

describe('a lookup', () => {
  it('holds up no other of its host while it waits for what a chart depends on, which is elsewhere', async () => {
    const dependency = Promise.withResolvers<undefined>();
    const lookups = createLookups({
      lookup: async ({ url }, { signal, elsewhere }) => {
        if (url.endsWith('/slow')) await elsewhere?.(signal, () => dependency.promise);
        return { name: url } as Chart;
      },
      gate: createGate({ perHost: 1, total: 8, slowAfterMs: 5_000 }),
      maxAgeMs: () => 60_000,
      clock: systemClock,
      random: () => 0.5,
      log: silentLogger,
      waitersOf: () => 0,
      onOutcome: () => undefined,
    });
    const find = (name: string): Promise<Chart> => {
      const url = `https://git.example.com/${name}`;
      const state = { key: name, source: { ...source, url }, failures: 0 } as SourceState;
      return lookups.run(state, 0, new AbortController().signal);
    };

    const slow = find('slow');

    expect(await find('web')).to.have.property('name', 'https://git.example.com/web');
    dependency.resolve(undefined);
    expect(await slow).to.have.property('name', 'https://git.example.com/slow');
  });

  it('gives its place up when all its requests together take too long, and says so', async () => {
    const gate = createGate({ perHost: 1, total: 1, slowAfterMs: 5_000 });
    const lookups = createLookups({
      lookup: (_source, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
      gate,
      lookupLimitMs: 20,
      maxAgeMs: () => 60_000,
      clock: systemClock,
      random: () => 0.5,
      log: silentLogger,
      waitersOf: () => 0,
      onOutcome: () => undefined,
    });
    const state = { key: 'web', source, failures: 0 } as SourceState;
    const never = new AbortController().signal;

    const failure: unknown = await lookups.run(state, 0, never).catch((caught: unknown) => caught);

    expect(failure).to.be.instanceOf(ChartUnavailableError);
    expect((failure as Error).message).to.match(/took longer than 0 s/);
    expect(await gate.run('charts.example.com', never, () => Promise.resolve('free'))).to.equal('free');
  });
});
