import { describe } from '../../api/errors.ts';
import { objectsOf } from '../../health/objects.ts';
import type { Hidden } from '../../helm/errors/mask.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import { HelmYamlError, parseHelmYaml } from '../../values/helm-yaml.ts';
import { secretLeaves } from '../../values/mask.ts';
import { isMap } from '../../values/merge.ts';

/** What must not be shown because a release holds it in its Secrets: everything where that cannot be found out now. */
export type RenderedSecrets = (namespace: string, name: string, signal: AbortSignal) => Promise<Hidden>;

/** The newest may have failed before it was made: then its Secrets are most likely those of the one before. */
const REVISIONS = 2;
const MAX_CACHED = 50;
const MAX_PARSED = 65_536;

/**
 * By the UID of Helm's Secret. For releases that are not well and are looked at again and again; no place for the secrets of a
 * whole fleet. Shared by all accounts: they only serve to hide.
 */
export type HiddenWords = Map<string, readonly string[]>;

export function createRenderedSecrets(
  storage: Pick<Storage, 'list' | 'read'>,
  cache: HiddenWords = new Map(),
): RenderedSecrets {
  async function hiddenOf(
    target: Target,
    { revision, uid }: RevisionRecord,
    signal: AbortSignal,
  ): Promise<Hidden> {
    const known = cache.get(uid);
    if (known !== undefined) return { kind: 'words', words: known };
    const stored = await storage.read(target.namespace, target.name, revision, signal);
    return stored === undefined
      ? { kind: 'everything', why: `revision ${String(revision)} of it is gone` }
      : hiddenIn(stored);
  }

  return async (namespace, name, signal) => {
    try {
      const newest = (await storage.list(namespace, name, signal)).slice(-REVISIONS);
      const found = new Set<string>();
      for (const record of newest) {
        const hidden = await hiddenOf({ namespace, name }, record, signal);
        if (hidden.kind === 'everything') return hidden;
        cache.delete(record.uid);
        cache.set(record.uid, hidden.words);
        for (const word of hidden.words) found.add(word);
      }
      for (const uid of [...cache.keys()].slice(0, -MAX_CACHED)) cache.delete(uid);
      return { kind: 'words', words: [...found] };
    } catch (caught) {
      signal.throwIfAborted();
      return { kind: 'everything', why: `what Helm stores of it cannot be read (${describe(caught)})` };
    }
  };
}

interface Target {
  readonly namespace: string;
  readonly name: string;
}

/** What objects are called stands in every message, and is no secret: a message without it would say nothing. */
export function hiddenIn({ name, namespace, manifest, hooks }: StoredRelease): Hidden {
  const manifests = [manifest, ...hooks.map((hook) => hook.manifest)];
  let words: readonly string[];
  try {
    words = secretLeaves(manifests.flatMap(secretDataIn));
  } catch (caught) {
    if (!(caught instanceof HelmYamlError)) throw caught;
    return { kind: 'everything', why: `one of them cannot be read (${caught.message})` };
  }
  if (words.length === 0) return { kind: 'words', words };
  const objects = manifests.flatMap((each) => objectsOf(each, namespace));
  const names = [name, namespace, ...objects.flatMap((each) => [each.name, each.namespace ?? '', each.kind])];
  return { kind: 'words', words: words.filter((text) => !names.some((each) => each.includes(text))) };
}

/** The values of all Secrets of a manifest; of those that hold a document, what is in it too. */
function secretDataIn(manifest: string): readonly unknown[] {
  return manifest
    .split(/^---/m)
    .filter(holdsSecrets)
    .flatMap((document) => parseHelmYaml(Buffer.from(document)).documents.flatMap(secretsOf))
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
  if (text.length > MAX_PARSED) return [];
  try {
    return parseHelmYaml(Buffer.from(text)).documents.filter((document) => typeof document === 'object');
  } catch (error) {
    if (error instanceof HelmYamlError) return [];
    throw error;
  }
}
