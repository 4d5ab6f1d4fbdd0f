import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { createTracer } from './create-tracer.ts';
import { readTraceSettings } from './settings.ts';
import { NO_TRACER, type Tracer } from './tracer.ts';

export interface OpenTracerOptions {
  /** Of a collector, if a flag says so. */
  readonly endpoint: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly sentenceOf: (error: unknown) => string;
}

/** Traces where an endpoint is set. Everywhere else nothing is traced, and nothing loaded that could. */
export async function openTracer(o: OpenTracerOptions): Promise<Tracer> {
  const log = o.log.child({ component: 'traces' });
  const setup = readTraceSettings(o.endpoint, o.env);
  switch (setup.kind) {
    case 'off':
      return NO_TRACER;
    case 'wrong':
      log.error('nothing is traced', { error: setup.why });
      return NO_TRACER;
    case 'on': {
      for (const warning of setup.warnings) log.warn(warning);
      const { openTelemetry } = await import('./opentelemetry.ts');
      const { settings } = setup;
      log.info('changes are traced', { url: settings.url });
      return createTracer({ ...o, ...openTelemetry({ settings, version: o.version, log }) });
    }
  }
}
