import { ApiError } from '../../../../src/kube/errors.ts';
import type { SecretsMetadataPort, SecretsPort } from '../../../../src/helm/storage/storage.ts';
import type { ReleaseSecret } from '../../../../src/helm/storage/secret.ts';
import { encoded } from './encoded.ts';

/** The Secrets of one namespace in memory, to inject what a real API server does not do on demand. */
export interface FakeSecrets {
  readonly resource: SecretsPort & SecretsMetadataPort;
  readonly objects: Map<string, ReleaseSecret>;
  readonly patches: object[];
  readonly deleted: string[];
  /** Called before each patch arrives: somebody else may be faster. */
  beforePatch: () => void;
}

export function fakeSecrets(...secrets: readonly ReleaseSecret[]): FakeSecrets {
  const objects = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  const patches: object[] = [];
  const deleted: string[] = [];
  const fake: FakeSecrets = {
    resource: undefined as never,
    objects,
    patches,
    deleted,
    beforePatch: () => undefined,
  };
  const resource: FakeSecrets['resource'] = {
    get: ({ name }) => Promise.resolve(objects.get(name)),
    list: () => Promise.resolve({ items: [...objects.values()], resourceVersion: '1' }),
    mergePatch: ({ name }, patch) => {
      fake.beforePatch();
      const current = objects.get(name);
      const { metadata, data } = patch as {
        metadata: { resourceVersion: string; labels: Record<string, string | null> };
        data?: Record<string, string>;
      };
      if (current?.metadata.resourceVersion !== metadata.resourceVersion) {
        return Promise.reject(
          new ApiError('the object has been modified', { status: 409, statusReason: 'Conflict' }),
        );
      }
      patches.push(patch);
      const labels = Object.entries({ ...current.metadata.labels, ...metadata.labels }).filter(
        (entry): entry is [string, string] => entry[1] !== null,
      );
      const next: ReleaseSecret = {
        ...current,
        metadata: {
          ...current.metadata,
          labels: Object.fromEntries(labels),
          resourceVersion: String(Number(current.metadata.resourceVersion) + 1),
        },
        data: { ...current.data, ...data },
      };
      objects.set(name, next);
      return Promise.resolve(next);
    },
    delete: ({ name }) => {
      deleted.push(name);
      return Promise.resolve(objects.delete(name));
    },
  };
  return Object.assign(fake, { resource });
}

export function releaseSecret(
  revision: number,
  status: string,
  extra: { json?: string } = {},
): ReleaseSecret {
  const json =
    extra.json ??
    `{"name":"web","version":${String(revision)},"info":{"status":"${status}","description":"x"}}`;
  return {
    metadata: {
      name: `sh.helm.release.v1.web.v${String(revision)}`,
      namespace: 'shop',
      uid: `uid-${String(revision)}`,
      resourceVersion: '1',
      labels: { owner: 'helm', name: 'web', version: String(revision), status },
    },
    data: { release: encoded(json) },
  };
}
