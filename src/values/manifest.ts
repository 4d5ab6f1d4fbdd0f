import type { KubeObject } from '../kube/resource-type.ts';
import { readHelmYaml } from './helm-yaml.ts';
import { isMap } from './merge.ts';

/** The compiler's library does not know these yet. */
const EXACT = JSON as typeof JSON & { rawJSON(text: string): unknown; isRawJSON(value: unknown): boolean };

/** What one document of a file of manifests says. */
export interface Manifest {
  /** Integers beyond 2^53 are `JSON.rawJSON`, which JSON.stringify writes digit by digit; structuredClone cannot copy it. */
  readonly value: unknown;
  /** Of the file, where the document begins; from 1 on. */
  readonly line: number;
}

/**
 * Reads YAML as kubectl and helm do, without the documents that say nothing. Gives those before a mistake, and throws a
 * HelmYamlError then. `maxAliased` bounds for how many values the aliases of the file may stand.
 */
export function* readManifests(bytes: Uint8Array, maxAliased?: number): Generator<Manifest> {
  for (const { value, line, roundedAt } of readHelmYaml(bytes, maxAliased)) {
    if (value !== null) yield { value: roundedAt.length > 0 ? withExactNumbers(value) : value, line };
  }
}

/** As JSON.parse, but an integer beyond 2^53 keeps its digits. */
export function parseExactly(json: string): unknown {
  return /[0-9]{16}/.test(json) ? JSON.parse(json, exactNumber as Reviver) : JSON.parse(json);
}

/** A list is as good as what is in it. */
export function itemsOf(document: unknown): readonly unknown[] {
  if (!isMap(document)) return [document];
  const { kind, items } = document;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [document];
}

/** Whether a document is an object that could be written to an API server. */
export function isObject(document: unknown): document is KubeObject {
  if (!isMap(document)) return false;
  const { apiVersion, kind, metadata } = document;
  return [apiVersion, kind, isMap(metadata) ? metadata['name'] : undefined].every(
    (text) => typeof text === 'string' && text !== '',
  );
}

function withExactNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return rawJson(String(value));
  if (Array.isArray(value)) return value.map(withExactNumbers);
  if (!isMap(value)) return value;
  const map = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) map[key] = withExactNumbers(item);
  return map;
}

type Reviver = (key: string, value: unknown) => unknown;

function exactNumber(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value);
  return isLong && source !== undefined && /^-?[0-9]+$/.test(source) ? rawJson(source) : value;
}

/** Whether a value is an integer beyond 2^53, as the readers here give it. */
export function isExactNumber(value: unknown): boolean {
  return EXACT.isRawJSON(value);
}

function rawJson(text: string): unknown {
  return EXACT.rawJSON(text);
}
