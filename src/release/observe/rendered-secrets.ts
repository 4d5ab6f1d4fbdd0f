import { objectsOf } from '../../health/objects.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import { HelmYamlError, parseHelmYaml } from '../../values/helm-yaml.ts';
import { secretLeaves } from '../../values/mask.ts';
import { isMap } from '../../values/merge.ts';

/** Texts that must not be shown of what a release holds in its Secrets; none where that cannot be found out now. */
export type RenderedSecrets = (
  namespace: string,
  name: string,
  signal: AbortSignal,
) => Promise<readonly string[]>;

/** The newest may have failed before it was made: then its Secrets are most likely those of the one before. */
const REVISIONS = 2;
const MAX_CACHED = 50;
const MAX_PARSED = 65_536;

export function createRenderedSecrets(storage: Pick<Storage, 'list' | 'read'>): RenderedSecrets {
  // For releases that are not well and are looked at again and again; no place for the secrets of a whole fleet.
  const cache = new Map<string, readonly string[]>();
  return async (namespace, name, signal) => {
    try {
      const newest = (await storage.list(namespace, name, signal)).slice(-REVISIONS);
      const found = new Set<string>();
      for (const { revision, uid } of newest) {
        const known = cache.get(uid);
        const stored =
          known === undefined ? await storage.read(namespace, name, revision, signal) : undefined;
        const texts = known ?? (stored === undefined ? [] : secretsIn(stored));
        cache.delete(uid);
        cache.set(uid, texts);
        for (const text of texts) found.add(text);
      }
      for (const uid of [...cache.keys()].slice(0, -MAX_CACHED)) cache.delete(uid);
      return [...found];
    } catch {
      // What is to be shown may be just that the API server is away.
      signal.throwIfAborted();
      return [];
    }
  };
}

/** What objects are called stands in every message, and is no secret: a message without it would say nothing. */
export function secretsIn({ name, namespace, manifest, hooks }: StoredRelease): readonly string[] {
  const manifests = [manifest, ...hooks.map((hook) => hook.manifest)];
  const secrets = secretLeaves(manifests.flatMap(secretDataIn));
  if (secrets.length === 0) return secrets;
  const objects = manifests.flatMap((each) => objectsOf(each, namespace));
  const names = [name, namespace, ...objects.flatMap((each) => [each.name, each.namespace ?? '', each.kind])];
  return secrets.filter((text) => !names.some((each) => each.includes(text)));
}

/** The values of all Secrets of a manifest; of those that hold a document, what is in it too. */
function secretDataIn(manifest: string): readonly unknown[] {
  return manifest
    .split(/^---/m)
    .filter(holdsSecrets)
    .flatMap((document) => parsed(document).flatMap(secretsOf))
    .flatMap(({ data, stringData }) => [...decoded(data), ...textsOf(stringData)])
    .flatMap((text) => [text, ...documentsIn(text)]);
}

/** When in doubt it does. */
export function holdsSecrets(manifest: string): boolean {
  return /\bkind["']?\s*:\s*["']?Secret\b/.test(manifest);
}

interface LooseSecret {
  readonly data?: unknown;
  readonly stringData?: unknown;
}

function secretsOf(object: unknown): readonly LooseSecret[] {
  if (!isMap(object)) return [];
  if (Array.isArray(object['items'])) return object['items'].flatMap(secretsOf);
  return object['kind'] === 'Secret' ? [object] : [];
}

function decoded(data: unknown): readonly string[] {
  return textsOf(data).flatMap((text) => {
    const bytes = Buffer.from(text, 'base64');
    const plain = bytes.toString('utf8');
    return Buffer.from(plain).equals(bytes) ? [plain] : [text];
  });
}

function textsOf(map: unknown): readonly string[] {
  return isMap(map) ? Object.values(map).filter((value) => typeof value === 'string') : [];
}

/** A configuration file in a Secret: a message may quote a single one of its settings. */
function documentsIn(text: string): readonly unknown[] {
  return text.length > MAX_PARSED ? [] : parsed(text).filter((document) => typeof document === 'object');
}

function parsed(text: string): readonly unknown[] {
  try {
    return parseHelmYaml(Buffer.from(text)).documents;
  } catch (error) {
    if (error instanceof HelmYamlError) return [];
    throw error;
  }
}
