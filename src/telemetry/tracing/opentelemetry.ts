import { ROOT_CONTEXT, type Span as OtelSpan, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { patientExporter } from './patient-exporter.ts';
import type { Send, Sent } from './live-span.ts';
import type { TraceSettings } from './settings.ts';

const NAME = 'helm-release-operator';
/** What is left when the operator stops: its end waits no longer for a collector. */
const CLOSE_MS = 3_000;

export interface OpenTelemetryOptions {
  readonly settings: TraceSettings;
  readonly version: string;
  readonly log: Logger;
}

/** Loaded only where traces are wanted: nobody else pays for these packages. */
export function openTelemetry({ settings, version, log }: OpenTelemetryOptions): {
  readonly send: Send;
  readonly close: () => Promise<void>;
} {
  const { url, queue } = settings;
  const exporter = patientExporter(new OTLPTraceExporter({ url }), { url, log });
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  const provider = new TracerProvider({
    sampler: samplerOf(settings),
    resource: resourceFromAttributes({ 'service.name': NAME, 'service.version': version }).merge(
      detectResources({ detectors }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...queue })],
  });
  const tracer = provider.getTracer(NAME, version);
  const spans = new WeakMap<Sent, OtelSpan>();
  const contextOf = (parent: Sent | undefined) => {
    const span = parent && spans.get(parent);
    return span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span.spanContext());
  };
  return {
    send: (name, { at, attributes, parent }) => {
      const span = tracer.startSpan(name, { startTime: at, attributes }, contextOf(parent));
      const { traceId, traceFlags } = span.spanContext();
      const sent: Sent = {
        traceId: (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : traceId,
        set: (more) => void span.setAttributes(more),
        fail: (sentence) => {
          const message = sentence === undefined ? {} : { message: sentence };
          span.setStatus({ code: SpanStatusCode.ERROR, ...message });
        },
        end: (endedAt) => {
          span.end(endedAt);
        },
      };
      spans.set(sent, span);
      return sent;
    },
    close: async () => {
      exporter.hurry();
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => {
        resolve(undefined);
      }, CLOSE_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), promise]);
      clearTimeout(timer);
    },
  };
}

function samplerOf({ sampler: { kind, ratio } }: TraceSettings): Sampler {
  switch (kind) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
