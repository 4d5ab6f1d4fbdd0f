import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';

const MAX_BYTES = 1_000_000;
const WRITTEN_BY_HELM = new Set(['Chart.yaml', 'Chart.lock']);

/**
 * What a file contributes to the digest of its chart: its bytes; but of those that `helm package` writes anew only
 * what they say, since another version of helm may write them in another way, and that must upgrade nothing.
 */
export function digestOfFile(path: string, bytes: Buffer): string {
  const hash = createHash('sha256');
  const small = bytes.length <= MAX_BYTES;
  const meaning = small && WRITTEN_BY_HELM.has(posix.basename(path)) ? meaningOf(bytes) : undefined;
  return (meaning === undefined ? hash.update(bytes) : hash.update('yaml:').update(meaning)).digest('hex');
}

function meaningOf(bytes: Buffer): string | undefined {
  try {
    return JSON.stringify(
      load(bytes.toString('utf8'), { schema: CORE_SCHEMA, maxAliases: 0, maxDepth: 20 }),
      sorted,
    );
  } catch {
    return undefined; // not YAML, or too clever
  }
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
