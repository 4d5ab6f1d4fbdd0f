import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseSpec, HelmReleaseStatus } from '../../../../src/api/helm-release.ts';
import { settingsOf } from '../../../../src/api/settings.ts';
import { recall } from '../../../../src/release/observe/observe.ts';
import { triedOptions } from '../../../../src/release/observe/tried-options.ts';

const NOW = Date.parse('2024-05-01T12:00:00Z');

const optionsOf = (spec: Partial<HelmReleaseSpec> = {}, user?: string): string =>
  triedOptions({
    settings: settingsOf({
      metadata: { name: 'web', namespace: 'shop' },
      spec: { chart: { git: 'https://example.com/charts', path: 'web' }, ...spec },
    }),
    ...(user === undefined ? {} : { account: { sync: 'shop/shop', user } }),
  });

const failed = (nextTry?: string): HelmReleaseStatus => ({
  failedInput: {
    ...{ step: 'upgrade', cause: 'no', digest: 'abc', revision: 2, attempts: 1 },
    time: '2024-05-01T11:59:00Z',
    options: optionsOf({ timeout: 10 }),
    ...(nextTry === undefined ? {} : { nextTry }),
  },
});

describe('what is recalled of an input that failed', () => {
  it('is when it is tried again, or that it is not', () => {
    const options = optionsOf({ timeout: 10 });

    expect(recall(failed('2024-05-01T12:00:07Z'), false, options, NOW).failure?.dueInMs).to.equal(7_000);
    expect(recall(failed('2024-05-01T11:00:00Z'), false, options, NOW).failure?.dueInMs).to.equal(0);
    expect(recall(failed(), false, options, NOW).failure).not.to.have.property('dueInMs');
  });

  it('does not hold it any longer when an option that may have been the reason was edited', () => {
    const edits: readonly Partial<HelmReleaseSpec>[] = [
      { timeout: 11 },
      { timeout: 10, wait: true },
      { timeout: 10, forceUpgrade: true },
      { timeout: 10, forceConflicts: false },
      { timeout: 10, rollback: { retry: true } },
      { timeout: 10, rollback: { maxRetries: 6 } },
      { timeout: 10, test: { enable: true } },
    ];
    for (const edit of edits) {
      const { failure } = recall(failed(), false, optionsOf(edit), NOW);
      expect(failure, JSON.stringify(edit)).to.include({ digest: 'abc', revision: 2, dueInMs: 0 });
    }
  });

  it('does not hold it any longer when helm acts as another account', () => {
    const before = optionsOf({ timeout: 10 }, 'system:serviceaccount:shop:poor');
    const status = failed();
    const input = { ...status.failedInput, options: before } as HelmReleaseStatus['failedInput'];

    const again = recall({ ...status, failedInput: input }, false, optionsOf({ timeout: 10 }), NOW);
    const same = recall({ ...status, failedInput: input }, false, before, NOW);

    expect(again.failure).to.include({ dueInMs: 0 });
    expect(same.failure).not.to.have.property('dueInMs');
  });

  it('holds it when anything else was edited', () => {
    const options = optionsOf({ timeout: 10, maxHistory: 3, rollback: { timeout: 7, wait: true } });

    expect(recall(failed(), false, options, NOW).failure).not.to.have.property('dueInMs');
  });

  it('is readable in status', () => {
    expect(optionsOf({ timeout: 10, wait: true })).to.equal(
      'timeout=10 wait forceConflicts rollback.maxRetries=5 test.timeout=300',
    );
  });
});
