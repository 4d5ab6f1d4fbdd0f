import { createMetrics } from '../telemetry/metrics.ts';
import { NO_TRACER } from '../telemetry/tracing/tracer.ts';
import type { Environment } from './environment.ts';

/** What a command is run with: something that looks or acts once, and ends. */
export interface CommandOptions extends Omit<Environment, 'metrics' | 'tracer'> {
  readonly signal: AbortSignal;
  /** Takes the answer, a line at a time. */
  readonly write: (line: string) => void;
}

/** Nobody scrapes a command: its metrics are counted into the void. */
export function environmentOf({
  signal: _signal,
  write: _write,
  ...environment
}: CommandOptions): Environment {
  return { ...environment, metrics: createMetrics(), tracer: NO_TRACER };
}
