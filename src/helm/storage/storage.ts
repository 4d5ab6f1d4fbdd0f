import type { Resource } from '../../kube/resource.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { isConflict } from '../../kube/errors.ts';
import type { ApplyMethod } from '../requests.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import { StorageError, withStatus, type StatusEdit } from './codec.ts';
import { createDecoder, type Decode } from './decoder.ts';
import { revisionOf, type RevisionRecord } from './revision.ts';
import { secretNameOf, type ReleaseSecret } from './secret.ts';
import type { StoredRelease } from './stored-release.ts';

/** Helm's own record of releases, read and corrected without a helm process. Nothing is cached here. */
export interface Storage {
  /** All revisions of a release, oldest first. */
  list(namespace: string, name: string, signal: AbortSignal): Promise<readonly RevisionRecord[]>;
  read(
    namespace: string,
    name: string,
    revision: number,
    signal: AbortSignal,
  ): Promise<StoredRelease | undefined>;
  /**
   * Sets the status of a revision in body and label at once: Helm reads its lock from the one and looks for deployed
   * revisions by the other. If somebody else has changed the status meanwhile it fails and nothing is written.
   */
  mark(
    namespace: string,
    name: string,
    revision: number,
    edit: StatusEdit,
    signal: AbortSignal,
  ): Promise<void>;
  /** Sets labels of a revision; undefined takes one away. */
  label(
    namespace: string,
    name: string,
    revision: number,
    labels: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<void>;
  /** How the newest revision was applied, which is what helm goes by; undefined if there is none. */
  applyMethod(namespace: string, name: string, signal: AbortSignal): Promise<ApplyMethod | undefined>;
  /** Forgets the release, the newest revision last: killed in between, the release is still known as uninstalled. */
  purge(namespace: string, name: string, signal: AbortSignal): Promise<void>;
}

const MAX_TRIES = 5;
/** A record in hand may have more than a megabyte, and a thousand passes may ask for theirs at once. */
const MAX_READS = 16;
const RELEASE_NAME = /^[a-z0-9][-a-z0-9.]*$/;

/** What is used of the Secrets: whole ones, and those that hold metadata only. */
export type SecretsPort = Pick<Resource<ReleaseSecret>, 'get' | 'mergePatch' | 'delete'>;
export type SecretsMetadataPort = Pick<Resource<KubeObject>, 'get' | 'list' | 'mergePatch'>;

/** What all who read Helm's records share, by whose rights they may do it: the memory is one. */
export interface StorageReads {
  readonly places: Pick<ReturnType<typeof createSemaphore>, 'run'>;
  readonly decode: Decode;
}

export function createStorageReads(): StorageReads {
  return { places: createSemaphore(MAX_READS), decode: createDecoder() };
}

export function createStorage(
  secrets: SecretsPort,
  secretsMetadata: SecretsMetadataPort,
  { places, decode }: StorageReads = createStorageReads(),
): Storage {
  async function list(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<readonly RevisionRecord[]> {
    if (!RELEASE_NAME.test(name)) throw new StorageError(`'${name}' cannot be the name of a Helm release`);
    const { items } = await secretsMetadata.list(
      { namespace, labelSelector: `owner=helm,name=${name}` },
      signal,
    );
    return items
      .map(({ metadata }) => revisionOf(metadata))
      .filter((record) => record !== undefined)
      .sort((a, b) => a.revision - b.revision);
  }

  async function read(
    namespace: string,
    name: string,
    revision: number,
    signal: AbortSignal,
  ): Promise<StoredRelease | undefined> {
    return await places.run(signal, async () => {
      const secret = await secrets.get({ namespace, name: secretNameOf(name, revision) }, signal);
      return secret === undefined ? undefined : await decode(payloadOf(secret), signal);
    });
  }

  return {
    list,
    read,
    mark: (namespace, name, revision, edit, signal) =>
      amend(secrets, namespace, name, revision, signal, async (secret, { status }) => {
        const release = await withStatus(payloadOf(secret), edit);
        if (status === edit.status && release === payloadOf(secret)) return undefined;
        return { metadata: { labels: { status: edit.status } }, data: { release } };
      }),
    label: (namespace, name, revision, labels, signal) =>
      amend(secretsMetadata, namespace, name, revision, signal, ({ metadata }) => {
        const changes = Object.entries(labels).filter(([key, value]) => metadata.labels?.[key] !== value);
        if (changes.length === 0) return undefined;
        return {
          metadata: { labels: Object.fromEntries(changes.map(([key, value]) => [key, value ?? null])) },
        };
      }),
    applyMethod: async (namespace, name, signal) => {
      const newest = (await list(namespace, name, signal)).at(-1);
      return newest && (await read(namespace, name, newest.revision, signal))?.applyMethod;
    },
    purge: async (namespace, name, signal) => {
      for (const { secretName, uid } of await list(namespace, name, signal)) {
        await secrets.delete({ namespace, name: secretName }, { uid }, signal);
      }
    },
  };
}

interface Patch {
  readonly metadata: { readonly labels: Readonly<Record<string, string | null>> };
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Reads one of Helm's Secrets, patches that very version of it, and begins again when somebody was faster, as long as
 * it is still the same revision in the same state.
 */
async function amend<T extends KubeObject>(
  resource: Pick<Resource<T>, 'get' | 'mergePatch'>,
  namespace: string,
  name: string,
  revision: number,
  signal: AbortSignal,
  patchFor: (secret: T, record: RevisionRecord) => Promise<Patch | undefined> | Patch | undefined,
): Promise<void> {
  const ref = { namespace, name: secretNameOf(name, revision) };
  const what = `revision ${String(revision)} of release ${namespace}/${name}`;
  let first: RevisionRecord | undefined;
  for (let tries = 1; ; tries += 1) {
    const secret = await resource.get(ref, signal);
    const record = secret && revisionOf(secret.metadata);
    if (secret === undefined || record === undefined) throw new StorageError(`${what} is gone`);
    first ??= record;
    if (record.uid !== first.uid || record.status !== first.status) {
      throw new StorageError(`${what} was changed by somebody else: it is ${record.status} now`);
    }
    const patch = await patchFor(secret, record);
    if (patch === undefined) return;
    try {
      const { resourceVersion } = record;
      await resource.mergePatch(ref, { ...patch, metadata: { ...patch.metadata, resourceVersion } }, signal);
      return;
    } catch (error) {
      if (!isConflict(error) || tries === MAX_TRIES) throw error;
    }
  }
}

function payloadOf(secret: ReleaseSecret): string {
  const payload = secret.data?.['release'];
  if (payload !== undefined) return payload;
  throw new StorageError(
    `Secret ${secret.metadata.namespace ?? ''}/${secret.metadata.name} holds no release`,
  );
}
