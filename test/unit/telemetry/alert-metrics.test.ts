import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createReleaseCounters } from '../../../src/telemetry/metrics/release-counters.ts';
import { createReleasePasses } from '../../../src/telemetry/metrics/release-passes.ts';
import type { Family } from '../../../src/telemetry/metrics/exposition.ts';
import type { MetricSources, ReleaseSnapshot } from '../../../src/telemetry/metrics/sources.ts';
import { NO_SOURCES, read } from '../../../src/telemetry/metrics/sources.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { parseExposition } from './parse-exposition.ts';

const at = { namespace: 'shop', name: 'web' };
const web: ReleaseSnapshot = {
  ...at,
  ...{ releaseName: 'web', targetNamespace: 'shop', owner: true, suspended: false, phase: undefined },
  ...{ conditions: [], deployed: undefined, lastAction: undefined, failure: undefined },
};

function linesOf(families: readonly Family[], sources: Partial<MetricSources>): readonly string[] {
  const reading = read({ ...NO_SOURCES, ...sources });
  return families.flatMap(({ lines }) => [...lines(reading)]);
}

async function shown(sources: Partial<MetricSources>): Promise<ReturnType<typeof parseExposition>> {
  const metrics = createMetrics();
  metrics.readFrom(sources);
  return parseExposition(await metrics.text());
}

describe('the last pass over a release', () => {
  it('is when it ended, and before the first when the release was first shown', () => {
    let seconds = 100;
    const clock = { now: () => new Date(seconds * 1_000), monotonicMs: () => 0 };
    const passes = createReleasePasses(clock);
    const value = (): readonly string[] => linesOf(passes.families, { releases: () => [web] });
    const line = (time: number): readonly string[] => [
      `helmrelease_last_pass_timestamp_seconds{namespace="shop",name="web"} ${String(time)}\n`,
    ];

    expect(value()).to.deep.equal(line(100));
    seconds = 200;
    expect(value()).to.deep.equal(line(100));
    passes.releasePassed(at);
    seconds = 300;
    expect(value()).to.deep.equal(line(200));
    passes.forget(at);
    expect(value()).to.deep.equal(line(300));
  });

  it('is forgotten with the release', async () => {
    const metrics = createMetrics();
    metrics.releasePassed(at);
    metrics.forgetRelease({ ...at, targetNamespace: 'shop', releaseName: 'web' });

    expect(await metrics.text()).not.to.include('helmrelease_last_pass_timestamp_seconds{');
  });
});

describe('losses of readiness', () => {
  it('are counted from zero on, until the release is forgotten', () => {
    const counters = createReleaseCounters();
    const value = (): string | undefined =>
      linesOf(counters.families, { releases: () => [web] }).find((line) => line.includes('readiness_losses'));

    expect(value()).to.match(/ 0\n$/);
    counters.readinessLost(at);
    counters.readinessLost(at);
    expect(value()).to.match(/ 2\n$/);
    counters.forget(at);
    expect(value()).to.match(/ 0\n$/);
  });
});

describe('metrics for alerts', () => {
  it('tell when what is under way began and should be over, and since when a release is ready or not', async () => {
    const times = { readyChanged: 7, operation: { action: 'upgrade', started: 8, deadline: 9 } };
    const { value } = await shown({ releases: () => [{ ...web, times }] });

    expect(value('helmrelease_ready_changed_timestamp_seconds', at)).to.equal(7);
    const operation = { ...at, action: 'upgrade' };
    expect(value('helmrelease_operation_started_timestamp_seconds', operation)).to.equal(8);
    expect(value('helmrelease_operation_deadline_timestamp_seconds', operation)).to.equal(9);
  });

  it('tell nothing of time where nothing is known', async () => {
    const { series } = await shown({ releases: () => [web] });

    expect(series.filter(({ name }) => /operation_|ready_changed|resync|source_/.test(name))).to.deep.equal(
      [],
    );
  });

  it('tell of each source whether it answers, and when it last did', async () => {
    const url = 'https://git.example.com/x';
    const { value, named } = await shown({
      sourceAnswers: () => [
        { kind: 'git', url, failing: true, answeredAt: 12 },
        { kind: 'oci', url: 'oci://r/x', failing: false, answeredAt: undefined },
      ],
    });

    const name = 'helm_release_operator_chart_source';
    expect(value(`${name}_failing`, { kind: 'git', url })).to.equal(1);
    expect(value(`${name}_failing`, { kind: 'oci', url: 'oci://r/x' })).to.equal(0);
    expect(named(`${name}_answered_timestamp_seconds`).map(({ value: time }) => time)).to.deep.equal([12]);
  });

  it('tell when credentials end, by what holds them', async () => {
    const { named } = await shown({
      credentials: () => [
        { kind: 'token', held: 'api-server', name: 'api-server', expires: 20, issued: 10 },
        {
          kind: 'certificate',
          held: 'secret',
          namespace: 'shop',
          name: 'pull',
          expires: 30,
          issued: undefined,
        },
      ],
    });

    const name = 'helm_release_operator_credential';
    expect(named(`${name}_expires_timestamp_seconds`)).to.deep.equal([
      {
        name: `${name}_expires_timestamp_seconds`,
        labels: { kind: 'token', held: 'api-server', name: 'api-server' },
        value: 20,
      },
      {
        name: `${name}_expires_timestamp_seconds`,
        labels: { kind: 'certificate', held: 'secret', namespace: 'shop', name: 'pull' },
        value: 30,
      },
    ]);
    expect(named(`${name}_issued_timestamp_seconds`)).to.have.length(1);
  });

  it('tell since when the repository of a GitSync is away', async () => {
    const sync = {
      namespace: 'shop',
      name: 'apps',
      ready: false,
      suspended: false,
      objects: 0,
      heldPrunes: 0,
    };
    const { value } = await shown({
      syncs: () => [{ ...sync, appliedAt: undefined, sourceFailingSince: 5 }],
    });

    const name = 'helm_release_operator_gitsync_source_failing_since_timestamp_seconds';
    expect(value(name, { namespace: 'shop', name: 'apps' })).to.equal(5);
  });
});
