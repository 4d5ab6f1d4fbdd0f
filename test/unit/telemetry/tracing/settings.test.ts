import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readTraceSettings } from '../../../../src/telemetry/tracing/settings.ts';

const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

function settingsOf(endpoint: string | undefined, env: Record<string, string>) {
  const setup = readTraceSettings(endpoint, env);
  if (setup.kind !== 'on') throw new Error(JSON.stringify(setup));
  return setup;
}

describe('the settings of traces', () => {
  for (const [what, endpoint, env, url] of [
    ['the variable of all signals', undefined, COLLECTOR, 'http://collector:4318/v1/traces'],
    ['its path', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }, 'https://c/otlp/v1/traces'],
    [
      'the variable of traces, as it is',
      undefined,
      { ...COLLECTOR, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:1/' },
      'http://traces:1/',
    ],
    [
      'the flag before all others',
      'http://flag:4318/',
      { ...COLLECTOR, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:1/' },
      'http://flag:4318/v1/traces',
    ],
  ] as const) {
    it(`take where to send them from ${what}`, () => {
      expect(settingsOf(endpoint, env).settings.url).to.equal(url);
    });
  }

  for (const [what, env] of [
    ['no endpoint is set', {}],
    ['it is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' }],
    ['OpenTelemetry is switched off', { ...COLLECTOR, OTEL_SDK_DISABLED: 'true' }],
    ['traces are exported nowhere', { ...COLLECTOR, OTEL_TRACES_EXPORTER: 'none' }],
    ['only other settings are there', { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }],
  ] as const) {
    it(`are off where ${what}`, () => {
      expect(readTraceSettings(undefined, env)).to.deep.equal({ kind: 'off' });
    });
  }

  for (const endpoint of ['collector:4318', 'file:///etc/passwd', 'http://']) {
    it(`are wrong with the endpoint ${endpoint}, and say so`, () => {
      const setup = readTraceSettings(undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint });
      expect(setup).to.deep.include({ kind: 'wrong' });
      expect(setup).to.have.property('why').that.includes(endpoint).and.includes('http://collector:4318');
    });
  }

  it('know the samplers of the specification', () => {
    const { settings, warnings } = settingsOf(undefined, {
      ...COLLECTOR,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(settings.sampler).to.deep.equal({ kind: 'parentbased_traceidratio', ratio: 0.25 });
    expect(warnings).to.be.empty;
  });

  it('trace everything where the sampler is none, and warn', () => {
    const { settings, warnings } = settingsOf(undefined, {
      ...COLLECTOR,
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: 'often',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(settings.sampler).to.deep.equal({ kind: 'parentbased_always_on', ratio: 1 });
    expect(warnings).to.have.lengthOf(3);
    expect(warnings.join('\n')).to.include('sometimes').and.include('often').and.include('4318');
  });

  it('bound the queue, whatever is asked for', () => {
    const queueOf = (env: Record<string, string>) =>
      settingsOf(undefined, { ...COLLECTOR, ...env }).settings.queue;
    expect(queueOf({})).to.deep.equal({
      maxQueueSize: 2_048,
      maxExportBatchSize: 512,
      scheduledDelayMillis: 5_000,
      exportTimeoutMillis: 30_000,
    });
    expect(queueOf({ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_SCHEDULE_DELAY: '50' })).to.include({
      ...{ maxQueueSize: 100, maxExportBatchSize: 100, scheduledDelayMillis: 50 },
    });
    expect(queueOf({ OTEL_BSP_MAX_QUEUE_SIZE: '-1', OTEL_BSP_SCHEDULE_DELAY: 'soon' })).to.include({
      ...{ maxQueueSize: 2_048, scheduledDelayMillis: 5_000 },
    });
  });
});
