import { describe, ValuesError } from '../api/errors.ts';
import type { ValuesSource } from '../api/values-sources.ts';
import type { SharedContent } from './shared-content.ts';
import { originOf } from './source.ts';

/** Of one source. A ConfigMap or Secret cannot be larger than this anyway. */
export const MAX_SOURCE_BYTES = 1024 * 1024;

export interface ConfigMapContent {
  readonly data?: Readonly<Record<string, string>>;
  /** base64 */
  readonly binaryData?: Readonly<Record<string, string>>;
}

export interface SecretContent {
  /** base64 */
  readonly data?: Readonly<Record<string, string>>;
}

interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** Where values are read from. Each reads afresh or from a watched store; what is not there is undefined. */
export interface ValuesReaders {
  readonly configMap: (of: ObjectName, signal: AbortSignal) => Promise<ConfigMapContent | undefined>;
  readonly secret: (of: ObjectName, signal: AbortSignal) => Promise<SecretContent | undefined>;
  readonly fetchExternal: (url: string, signal: AbortSignal) => Promise<Buffer>;
  /** A file of the chart, by its path below the chart's root; absent for a chart that is no folder in Git. */
  readonly readChartFile?: ((path: string, signal: AbortSignal) => Promise<Buffer>) | undefined;
  /** For those who read the same object at the same time. */
  readonly shared?: SharedContent;
}

/** What became of one source. `left-out` happens to optional ones only. */
export type SourceResult =
  | { readonly kind: 'read'; readonly content: Buffer }
  | { readonly kind: 'left-out'; readonly why: string | undefined };

/** Told how large a source is before more is made of it; may throw. */
export type Count = (bytes: number) => void;

/** Reads one source. Throws a ValuesError that names it and the way out; its message holds nothing of the content. */
export async function readSource(
  source: ValuesSource,
  readers: ValuesReaders,
  count: Count,
  signal: AbortSignal,
): Promise<SourceResult> {
  const content = await ('key' in source
    ? readKey(source, readers, count, signal)
    : readFile(source, readers, signal));
  if (Buffer.isBuffer(content) && !('key' in source)) count(content.length);
  return Buffer.isBuffer(content) ? { kind: 'read', content } : content;
}

type KeySource = Extract<ValuesSource, { kind: 'configMap' | 'secret' }>;
type FileSource = Exclude<ValuesSource, KeySource>;

async function readKey(
  source: KeySource,
  readers: ValuesReaders,
  count: Count,
  signal: AbortSignal,
): Promise<Buffer | SourceResult> {
  const found = await contentOf(source, readers, signal);
  if (typeof found === 'object') {
    const { object, text, encoding } = found;
    const bytes = Buffer.byteLength(text, encoding);
    refuseLarge(bytes, source);
    count(bytes);
    const make = () => Buffer.from(text, encoding);
    return readers.shared?.contentOf(object, source.key, make) ?? make();
  }
  if (source.optional) return { kind: 'left-out', why: undefined };
  const { namespace, name, key } = source;
  const object = `${source.kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`;
  throw new ValuesError(
    found === 'no-object'
      ? `${object}, whose key ${key} holds values, does not exist: it is read again as soon as it appears`
      : `${object} has no key ${key}: it is read again as soon as the key appears`,
  );
}

interface Found {
  readonly object: object;
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
}

async function contentOf(
  source: KeySource,
  readers: ValuesReaders,
  signal: AbortSignal,
): Promise<Found | 'no-object' | 'no-key'> {
  const { namespace, name, key } = source;
  let object: (ConfigMapContent & SecretContent) | undefined;
  try {
    object = await readers[source.kind]({ namespace, name }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new ValuesError(`cannot read ${originOf(source)}`, { cause: error });
  }
  if (object === undefined) return 'no-object';
  const text = ownEntry(source.kind === 'configMap' ? object.data : undefined, key);
  if (text !== undefined) return { object, text, encoding: 'utf8' };
  const base64 = ownEntry(source.kind === 'configMap' ? object.binaryData : object.data, key);
  return base64 === undefined ? 'no-key' : { object, text: base64, encoding: 'base64' };
}

/** A key may be called `constructor`. */
function ownEntry(data: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
}

/** An optional file may fail in any way, as it always could; what went wrong becomes a warning. */
async function readFile(
  source: FileSource,
  readers: ValuesReaders,
  signal: AbortSignal,
): Promise<Buffer | SourceResult> {
  try {
    const content = await (source.kind === 'url'
      ? readers.fetchExternal(source.url, signal)
      : readChartFile(source.path, readers, signal));
    refuseLarge(content.length, source);
    return content;
  } catch (error) {
    signal.throwIfAborted();
    if (source.optional) return { kind: 'left-out', why: describe(error) };
    throw new ValuesError(`cannot read values from ${originOf(source)}`, { cause: error });
  }
}

function refuseLarge(bytes: number, source: ValuesSource): void {
  if (bytes <= MAX_SOURCE_BYTES) return;
  throw new ValuesError(`${originOf(source)} is larger than 1 MiB, the limit for one source of values`);
}

async function readChartFile(path: string, { readChartFile: read }: ValuesReaders, signal: AbortSignal) {
  if (read === undefined) throw new ValuesError('only a chart from Git has files to read values from');
  const steps = path.split('/');
  if (path === '' || path.startsWith('/') || /[\\\0]/.test(path) || steps.includes('..')) {
    throw new ValuesError('the path must lead to a file inside the chart, without ..');
  }
  return read(steps.filter((step) => step !== '' && step !== '.').join('/'), signal);
}
