import { ValuesError } from '../api/errors.ts';
import type { ValuesSource } from '../api/values-sources.ts';
import { HelmYamlError, parseHelmYaml, type HelmYaml } from './helm-yaml.ts';
import { isMap, type ValuesMap } from './merge.ts';
import { type Count, readSource, type ValuesReaders } from './read-source.ts';
import { originOf } from './source.ts';

/** One values file for helm, byte for byte as it was found: writing YAML anew would change what it means. */
export interface ValuesFile {
  /** For people: `Secret shop/db key values.yaml`. */
  readonly origin: string;
  readonly content: Buffer;
  readonly secret: boolean;
}

/** A source that was read and understood, or an optional one that was left out and has no file. */
export interface LoadedSource {
  readonly file: ValuesFile | undefined;
  readonly documents: readonly ValuesMap[];
  readonly warnings: readonly string[];
}

/** Reads and parses one source. Throws a ValuesError unless the source is optional and may be wrong in this way. */
export async function loadSource(
  source: ValuesSource,
  readers: ValuesReaders,
  count: Count,
  signal: AbortSignal,
): Promise<LoadedSource> {
  const origin = originOf(source);
  const result = await readSource(source, readers, count, signal);
  if (result.kind === 'left-out') return leftOut(origin, result.why);
  const { content } = result;
  const parsed = readers.shared?.parsed(content, parse) ?? parse(content);
  if (parsed.kind === 'wrong') {
    if (source.optional) return leftOut(origin, `it is ${parsed.why}`);
    throw new ValuesError(`${origin} is ${parsed.why}: correct the document`);
  }
  const { documents, yaml } = parsed;
  return {
    file: { origin, content, secret: source.kind === 'secret' },
    documents,
    warnings: warningsAbout(origin, yaml),
  };
}

type Parsed =
  | { readonly kind: 'maps'; readonly documents: readonly ValuesMap[]; readonly yaml: HelmYaml }
  | { readonly kind: 'wrong'; readonly why: string };

function parse(content: Buffer): Parsed {
  let yaml: HelmYaml;
  try {
    yaml = parseHelmYaml(content);
  } catch (error) {
    if (error instanceof HelmYamlError) return { kind: 'wrong', why: error.message };
    throw error;
  }
  const documents: ValuesMap[] = [];
  for (const document of yaml.documents) {
    if (document === null) continue; // nothing but comments
    if (!isMap(document)) return { kind: 'wrong', why: `${kindOf(document)}, not a map of values` };
    documents.push(document);
  }
  return { kind: 'maps', documents, yaml };
}

function kindOf(document: unknown): string {
  return Array.isArray(document)
    ? 'a list'
    : `a ${typeof document === 'bigint' ? 'number' : typeof document}`;
}

function leftOut(origin: string, why: string | undefined): LoadedSource {
  const warnings = why === undefined ? [] : [`optional values are left out: ${origin}: ${why}`];
  return { file: undefined, documents: [], warnings };
}

function warningsAbout(origin: string, { documents, roundedAt }: HelmYaml): readonly string[] {
  const warnings: string[] = [];
  if (documents.filter((document) => document !== null).length > 1) {
    warnings.push(`${origin} holds several YAML documents: helm 4 merges them, helm 3 reads only the first`);
  }
  if (roundedAt.length > 0) {
    const lines = `line${roundedAt.length > 1 ? 's' : ''} ${roundedAt.join(', ')}`;
    warnings.push(
      `${origin}, ${lines}: helm rounds integers beyond 2^53; write them in quotes to keep every digit`,
    );
  }
  return warnings;
}
