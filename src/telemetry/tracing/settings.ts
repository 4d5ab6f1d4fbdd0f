/** What the environment variables of OpenTelemetry ask for; those that are not here are read by its packages. */
export interface TraceSettings {
  readonly url: string;
  readonly sampler: { readonly kind: SamplerKind; readonly ratio: number };
  /** Of the queue in which spans wait to be sent. */
  readonly queue: {
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
    readonly scheduledDelayMillis: number;
    readonly exportTimeoutMillis: number;
  };
}

export type Setup =
  | { readonly kind: 'off' }
  | { readonly kind: 'on'; readonly settings: TraceSettings; readonly warnings: readonly string[] }
  /** An endpoint is given, and cannot be used. */
  | { readonly kind: 'wrong'; readonly why: string };

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type SamplerKind = (typeof SAMPLERS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** `endpoint` is that of the flag, which goes before the variables. */
export function readTraceSettings(endpoint: string | undefined, env: Environment): Setup {
  const url = urlOf(endpoint, env);
  const isOff = env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  if (url === undefined || isOff) return { kind: 'off' };
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    return { kind: 'wrong', why: `${JSON.stringify(url)} is no address such as http://collector:4318` };
  }
  const warnings: string[] = [];
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol === 'grpc') {
    warnings.push('traces are not sent by grpc but by http: give the port for that, which is mostly 4318');
  }
  const sampler = samplerOf(env, warnings);
  const maxQueueSize = numberIn(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 2_048);
  const queue = {
    maxQueueSize,
    maxExportBatchSize: Math.min(numberIn(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512), maxQueueSize),
    scheduledDelayMillis: numberIn(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000),
    exportTimeoutMillis: numberIn(env, 'OTEL_BSP_EXPORT_TIMEOUT', 30_000),
  };
  return { kind: 'on', settings: { url, sampler, queue }, warnings };
}

/** The address for traces is taken as it is, the one for all signals is where their paths begin. */
function urlOf(endpoint: string | undefined, env: Environment): string | undefined {
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || undefined;
  if (endpoint === undefined && own !== undefined) return own;
  const base = endpoint ?? (env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined);
  return base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`;
}

function samplerOf(env: Environment, warnings: string[]): TraceSettings['sampler'] {
  const name = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on';
  const text = env['OTEL_TRACES_SAMPLER_ARG'] ?? '';
  const kind = SAMPLERS.find((each) => each === name);
  if (kind === undefined) {
    warnings.push(`OTEL_TRACES_SAMPLER=${name} is not one of ${SAMPLERS.join(', ')}: every change is traced`);
  }
  const ratio = text === '' ? 1 : Number(text);
  if (ratio >= 0 && ratio <= 1) return { kind: kind ?? 'parentbased_always_on', ratio };
  warnings.push(`OTEL_TRACES_SAMPLER_ARG=${text} is not a number from 0 to 1: 1 is used`);
  return { kind: kind ?? 'parentbased_always_on', ratio: 1 };
}

function numberIn(env: Environment, name: string, standard: number): number {
  const text = env[name] ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : standard;
}
