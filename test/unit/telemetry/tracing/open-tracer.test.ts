import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { openTracer } from '../../../../src/telemetry/tracing/open-tracer.ts';
import { NO_SPAN, NO_TRACER, type Tracer } from '../../../../src/telemetry/tracing/tracer.ts';
import { eventually } from '../../../support/eventually.ts';
import { startTraceReceiver, type TraceReceiver, treeOf } from '../../../support/trace-receiver.ts';

const OPERATOR = join(import.meta.dirname, '../../../../src/operator.ts');
const OPEN = join(import.meta.dirname, '../../../../src/telemetry/tracing/open-tracer.ts');

describe('traces', () => {
  let receiver: TraceReceiver;
  let tracer: Tracer = NO_TRACER;
  let lines: string[] = [];
  beforeEach(async () => {
    receiver = await startTraceReceiver();
    lines = [];
  });
  afterEach(async () => {
    await tracer.close();
    await receiver.stop();
  });

  const open = async (env: Record<string, string> = {}): Promise<Tracer> => {
    tracer = await openTracer({
      endpoint: receiver.url,
      env: { OTEL_BSP_SCHEDULE_DELAY: '10', ...env },
      version: '1.2.3',
      clock: { now: () => new Date() },
      log: createLogger({ format: 'json', level: 'info', write: (line) => void lines.push(line) }),
      sentenceOf: String,
    });
    return tracer;
  };
  const trace = async (name: string): Promise<string | undefined> => {
    const root = tracer.begin(name, { attributes: { revision: 3, ok: true, none: undefined } });
    root.keep();
    await tracer.within(root, () =>
      tracer.span('helm upgrade', {}, (span) => {
        span.fail('it was not ready');
        return Promise.resolve();
      }),
    );
    root.end();
    return root.traceId;
  };
  const untilNamed = (name: string): Promise<void> =>
    eventually(() => {
      expect(receiver.spans.map((span) => span.name)).to.include(name);
    });
  const said = (text: string): readonly string[] => lines.filter((line) => line.includes(text));

  it('come to a collector as they were made', async () => {
    await open();
    const traceId = await trace('release');
    await untilNamed('release');
    await tracer.close();

    expect(treeOf(receiver.spans)).to.deep.equal(['release', '  helm upgrade']);
    const root = receiver.spans.find(({ name }) => name === 'release');
    expect(root).to.deep.include({ traceId, attributes: { revision: 3, ok: true } });
    expect(root).not.to.have.property('failed');
    expect(receiver.spans.find(({ name }) => name === 'helm upgrade')?.failed).to.equal('it was not ready');
    const resource = { 'service.name': 'helm-release-operator', 'service.version': '1.2.3' };
    expect(receiver.resources[0]).to.deep.include(resource);
  });

  it('are sent to the last when the operator stops', async () => {
    await open({ OTEL_BSP_SCHEDULE_DELAY: '600000' });
    await trace('release');
    await tracer.close();
    expect(treeOf(receiver.spans)).to.deep.equal(['release', '  helm upgrade']);
  });

  it('are none where they are not sampled, and have no id', async () => {
    await open({ OTEL_TRACES_SAMPLER: 'always_off' });
    expect(await trace('release')).to.equal(undefined);
    await tracer.close();
    expect(receiver.spans).to.be.empty;
  });

  it('that nobody takes are one warning, and one line when somebody does again', async () => {
    await open();
    receiver.answer(400);
    for (const name of ['one', 'two']) {
      await trace(name);
      await eventually(() => {
        expect(said('traces are being lost')).to.have.lengthOf(1);
      });
    }
    receiver.answer(200);
    await eventually(async () => {
      await trace('three');
      await untilNamed('three');
    });
    expect(said('traces are being lost')).to.have.lengthOf(1);
    expect(said('traces are sent again')).to.have.lengthOf(1);
    expect(said(receiver.url)).not.to.be.empty;
  });

  it('are not waited for by an operator that stops while the collector refuses them', async () => {
    await open();
    receiver.answer(400);
    await trace('one');
    await eventually(() => {
      expect(said('traces are being lost')).to.have.lengthOf(1);
    });
    await trace('two');
    receiver.answer(200);
    await tracer.close();
    expect(receiver.spans).to.be.empty;
  });

  it('are not made where the endpoint is none, which is said', async () => {
    await open();
    const off = await openTracer({
      endpoint: undefined,
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector:4318' },
      version: '1.2.3',
      clock: { now: () => new Date() },
      log: createLogger({ format: 'json', level: 'info', write: (line) => void lines.push(line) }),
      sentenceOf: String,
    });
    expect(off).to.equal(NO_TRACER);
    expect(said('nothing is traced')).to.have.lengthOf(1);
  });

  /** Which packages of OpenTelemetry are asked for by all of the operator, and by its opening of traces. */
  const loadedWith = async (env: Record<string, string>): Promise<readonly string[]> => {
    const script = `
      import { registerHooks } from 'node:module';
      const asked = new Set();
      registerHooks({ resolve: (name, context, next) => {
        if (name.startsWith('@opentelemetry/')) asked.add(name);
        return next(name, context);
      } });
      await import(${JSON.stringify(OPERATOR)});
      const { openTracer } = await import(${JSON.stringify(OPEN)});
      const log = { warn() {}, info() {}, error() {}, child() { return log; } };
      const options = { endpoint: undefined, env: process.env, version: '1', clock: { now: () => new Date() }, log };
      await (await openTracer({ ...options, sentenceOf: String })).close();
      console.log(JSON.stringify([...asked]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env,
    });
    return JSON.parse(stdout) as readonly string[];
  };

  it('that nobody wants load nothing of OpenTelemetry but its interfaces, which the metrics bring', async () => {
    expect(await loadedWith({})).to.deep.equal(['@opentelemetry/api']);
    expect(await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })).to.include(
      '@opentelemetry/sdk-trace',
    );
  });

  it('that nobody wants are the work alone', async () => {
    const work = (): Promise<string> => Promise.resolve('done');
    const done = work();
    expect(NO_TRACER.span('span', {}, () => done)).to.equal(done);
    expect(NO_TRACER.begin('span')).to.equal(NO_SPAN);
    expect(NO_TRACER.within(NO_SPAN, () => 7)).to.equal(7);
    await done;
  });
});
