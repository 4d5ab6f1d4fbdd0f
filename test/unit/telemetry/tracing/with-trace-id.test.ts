import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { NO_TRACER } from '../../../../src/telemetry/tracing/tracer.ts';
import { withTraceId } from '../../../../src/telemetry/tracing/with-trace-id.ts';
import { createRecorder } from './recorder.ts';

describe('the log of what is traced', () => {
  for (const format of ['fmt', 'json'] as const) {
    it(`has the id of the trace on the lines that belong to one, and on no other (${format})`, () => {
      const lines: string[] = [];
      const { tracer } = createRecorder();
      const inner = createLogger({ format, level: 'debug', write: (line) => void lines.push(line) });
      const log = withTraceId(inner, tracer).child({ component: 'release' });
      const say = (): void => {
        log.debug('d');
        log.info('i', { revision: 1 });
        log.warn('w');
        log.error('e');
      };
      const root = tracer.begin('root');
      say();
      tracer.within(root, say);
      root.keep();
      tracer.within(root, say);
      tracer.within(tracer.begin('not kept', { under: () => root }), say);
      root.end();
      tracer.within(root, say);

      const traced = lines.map((line) => line.includes('trace of root'));
      expect(traced).to.deep.equal(
        [false, false, true, true, false].flatMap((each) => [each, each, each, each]),
      );
      expect(lines[9]).to.include('revision').and.include('traceId');
    });
  }

  it('is the same log where nothing is traced', () => {
    const log = createLogger({ format: 'fmt', level: 'info', write: () => undefined });
    expect(withTraceId(log, NO_TRACER)).to.equal(log);
  });
});
