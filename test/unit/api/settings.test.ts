import { expect } from 'chai';
import { InvalidSpecError } from '../../../src/api/errors.ts';
import type { HelmReleaseSpec } from '../../../src/api/helm-release.ts';
import { settingsOf, uninstallSettingsOf } from '../../../src/api/settings.ts';
import { release } from './release.ts';

describe('settingsOf', () => {
  it('applies every default of 1.4.4', () => {
    expect(settingsOf(release())).to.deep.equal({
      releaseName: 'default-web',
      namespace: 'default',
      suspend: false,
      source: {
        ...{ kind: 'repository', url: 'https://charts.example.com', name: 'web', version: '1.2.3' },
        pullSecret: undefined,
      },
      valuesFrom: [],
      values: {},
      valuesIgnored: false,
      maxHistory: 10,
      timeoutMs: 300_000,
      wait: false,
      reuseValues: false,
      crds: 'Create',
      forceUpgrade: false,
      forceConflicts: true,
      disableOpenAPIValidation: false,
      failureLogs: false,
      rollback: {
        enable: false,
        retry: false,
        maxRetries: 5,
        force: false,
        recreate: false,
        disableHooks: false,
        timeoutMs: 300_000,
        wait: false,
      },
      test: { enable: false, ignoreFailures: false, timeoutMs: 300_000, cleanup: true },
    });
  });

  it('takes what is given', () => {
    const settings = settingsOf(
      release({
        helmVersion: 'v3',
        suspend: true,
        maxHistory: 3,
        timeout: 60,
        wait: true,
        resetValues: false,
        skipCRDs: true,
        failureLogs: true,
        forceUpgrade: true,
        forceConflicts: false,
        disableOpenAPIValidation: true,
        values: { replicas: 2 },
        rollback: {
          enable: true,
          retry: true,
          maxRetries: 2,
          force: true,
          recreate: true,
          disableHooks: true,
          timeout: 20,
          wait: true,
        },
        test: { enable: true, ignoreFailures: true, timeout: 10, cleanup: false },
      }),
    );

    expect(settings).to.deep.include({
      suspend: true,
      maxHistory: 3,
      timeoutMs: 60_000,
      wait: true,
      reuseValues: true,
      crds: 'Skip',
      failureLogs: true,
      forceUpgrade: true,
      forceConflicts: false,
      disableOpenAPIValidation: true,
      values: { replicas: 2 },
      rollback: {
        enable: true,
        retry: true,
        maxRetries: 2,
        force: true,
        recreate: true,
        disableHooks: true,
        timeoutMs: 20_000,
        wait: true,
      },
      test: { enable: true, ignoreFailures: true, timeoutMs: 10_000, cleanup: false },
    });
  });

  const policies: readonly (readonly [Partial<HelmReleaseSpec>, string])[] = [
    [{}, 'Create'],
    [{ skipCRDs: false }, 'Create'],
    [{ skipCRDs: true }, 'Skip'],
    [{ crds: 'Skip' }, 'Skip'],
    [{ crds: 'CreateReplace' }, 'CreateReplace'],
    [{ crds: 'Create', skipCRDs: true }, 'Create'],
  ];
  for (const [spec, crds] of policies) {
    it(`treats the definitions of the chart by ${crds} with ${JSON.stringify(spec)}`, () => {
      expect(settingsOf(release(spec)).crds).to.equal(crds);
    });
  }

  const waits: readonly (readonly [Partial<HelmReleaseSpec>, boolean])[] = [
    [{}, false],
    [{ rollback: { enable: true } }, true],
    [{ test: { enable: true } }, true],
    [{ rollback: { enable: true }, wait: false }, false],
    [{ rollback: { retry: true }, test: { cleanup: true } }, false],
    [{ wait: true }, true],
  ];
  for (const [spec, wait] of waits) {
    it(`${wait ? 'waits' : 'does not wait'} with ${JSON.stringify(spec)}`, () => {
      expect(settingsOf(release(spec)).wait).to.equal(wait);
    });
  }

  const retries: readonly (readonly [number, boolean, number])[] = [
    [0, true, Number.POSITIVE_INFINITY],
    [1, true, 1],
    [-1, false, -1],
  ];
  for (const [maxRetries, retry, then] of retries) {
    it(`reads ${maxRetries.toString()} retries as ${retry ? then.toString() : 'none'}`, () => {
      const { rollback } = settingsOf(release({ rollback: { enable: true, retry: true, maxRetries } }));

      expect(rollback).to.deep.include({ retry, maxRetries: then });
    });
  }

  it('keeps durations where a timer can hold them', () => {
    expect(settingsOf(release({ timeout: -5 })).timeoutMs).to.equal(0);
    expect(settingsOf(release({ timeout: 2 ** 63 })).timeoutMs).to.be.lessThan(2 ** 31);
  });

  it('keeps all revisions for a negative history, as Helm does', () => {
    expect(settingsOf(release({ maxHistory: -1 })).maxHistory).to.equal(0);
  });

  for (const values of ['text', 7, true, ['a'], [{ a: 1 }]]) {
    it(`takes the values ${JSON.stringify(values)} for none, and says so`, () => {
      expect(settingsOf(release({ values }))).to.deep.include({ values: {}, valuesIgnored: true });
    });
  }

  it('takes empty values for none without a word', () => {
    expect(settingsOf(release({ values: null }))).to.deep.include({ values: {}, valuesIgnored: false });
  });

  it('refuses Helm 2 with the way out', () => {
    expect(() => settingsOf(release({ helmVersion: 'v2' }))).to.throw(
      InvalidSpecError,
      /^spec\.helmVersion is v2, and Helm 2 with Tiller is not supported: convert .*set spec\.helmVersion to v3/,
    );
  });

  it('refuses a release name that Helm would refuse', () => {
    expect(() => settingsOf(release({}, 'w'.repeat(60)))).to.throw(InvalidSpecError, /has 68 characters/);
  });

  it('refuses a chart without a source', () => {
    expect(() => settingsOf(release({ chart: {} }))).to.throw(InvalidSpecError, /has no source/);
  });
});

describe('uninstallSettingsOf', () => {
  it('is to be had from a HelmRelease that is wrong in every way', () => {
    const wrong = release({ chart: {}, helmVersion: 'v2', releaseName: 'Not_Right', timeout: 20 });

    expect(uninstallSettingsOf(wrong)).to.deep.equal({
      releaseName: 'Not_Right',
      namespace: 'default',
      suspend: false,
      timeoutMs: 20_000,
    });
  });
});
