import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { redactText } from '../redact.ts';

export interface PatientExporter extends SpanExporter {
  /** The operator is stopping: where the last try has failed there is no other. */
  readonly hurry: () => void;
}

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** Says once that traces are lost, and once that they are not any more: whoever is away is no trouble of the operator. */
export function patientExporter(
  exporter: SpanExporter,
  { url, log }: { readonly url: string; readonly log: Logger },
): PatientExporter {
  /** How the last try failed. */
  let failure: ExportResult | undefined;
  let isHurried = false;
  const shown = redactText(url);
  return {
    hurry: () => {
      isHurried = true;
    },
    export: (spans, done) => {
      if (failure !== undefined && isHurried) {
        done(failure);
        return;
      }
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && failure === undefined) {
          const why = redactText(error.message) || 'the collector does not answer';
          log.warn('traces are being lost', { url: shown, error: why });
        }
        if (error === undefined && failure !== undefined) log.info('traces are sent again', { url: shown });
        failure = error === undefined ? undefined : result;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
