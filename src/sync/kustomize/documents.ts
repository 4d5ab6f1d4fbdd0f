import { HelmYamlError, parseHelmYaml } from '../../values/helm-yaml.ts';
import { RefusedError } from './refused.ts';

/** The documents of a YAML file, without empty ones. */
export function documentsIn(bytes: Uint8Array): readonly unknown[] {
  try {
    return parseHelmYaml(bytes).documents.filter((document) => document !== null);
  } catch (caught) {
    if (!(caught instanceof HelmYamlError)) throw caught;
    throw new RefusedError(`is ${caught.message}`, { line: caught.line });
  }
}

const MAX_JSON = 4_000_000;

/** JSON, which is YAML too, and leaves no reader a choice. */
export function asJson(document: unknown): string {
  // A text of a megabyte costs nothing by a thousand aliases until they are written out.
  if (lengthOf(document, 0) > MAX_JSON) {
    throw new RefusedError('becomes larger than 4 MB when its aliases are written out');
  }
  return JSON.stringify(document, (_key, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
}

/** About, and no further than what is too much. */
function lengthOf(value: unknown, before: number): number {
  if (typeof value === 'string') return before + value.length;
  if (typeof value !== 'object' || value === null) return before + 8;
  let length = before + 2;
  for (const [key, item] of Object.entries(value)) {
    if (length > MAX_JSON) return length;
    length = lengthOf(item, length + key.length + 2);
  }
  return length;
}
