import type { Fields, Logger } from '../logger.ts';
import type { Tracer } from './tracer.ts';

/** The same log with the id of the trace on each line that belongs to one. */
export function withTraceId(log: Logger, tracer: Pick<Tracer, 'isOn' | 'current'>): Logger {
  if (!tracer.isOn) return log;
  const traced = (fields: Fields = {}): Fields => {
    const { traceId } = tracer.current();
    return traceId === undefined ? fields : { ...fields, traceId };
  };
  const over = (inner: Logger): Logger => ({
    debug: (message, fields) => {
      inner.debug(message, traced(fields));
    },
    info: (message, fields) => {
      inner.info(message, traced(fields));
    },
    warn: (message, fields) => {
      inner.warn(message, traced(fields));
    },
    error: (message, fields) => {
      inner.error(message, traced(fields));
    },
    child: (fields) => over(inner.child(fields)),
  });
  return over(log);
}
