import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import type { ChartSource } from '../../../../src/charts/chart.ts';
import { createGate } from '../../../../src/process/gate.ts';
import { createLookups } from '../../../../src/charts/sharing/lookups.ts';
import type { SourceState } from '../../../../src/charts/sharing/source-state.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';

const source: ChartSource = {
  ...{ kind: 'repository', url: 'https://charts.example.com', name: 'web', version: '*', scope: '' },
};

describe('a lookup', () => {
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
