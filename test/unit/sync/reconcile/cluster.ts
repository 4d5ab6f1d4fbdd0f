import { createHash } from 'node:crypto';
import { ApiError } from '../../../../src/kube/errors.ts';
import { ownFields } from '../../../../src/kube/managed-fields.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/resource-type.ts';
import type { DeleteOptions, Ref } from '../../../../src/kube/resource.ts';
import type { Objects } from '../../../../src/sync/act/apply-task.ts';
import type { Expected, SyncWatches } from '../../../../src/sync/observe/watches.ts';

interface Stored {
  readonly object: KubeObject;
  readonly content: string;
}

/** The part of an API server that a GitSync meets: server-side apply by one manager, uids and versions. */
export class FakeCluster {
  readonly objects = new Map<string, Stored>();
  readonly calls: string[] = [];
  /** Names of objects that are refused when they are tried, or only when they are applied. */
  readonly refused = new Map<string, 'try' | 'apply'>();
  /** Names of objects that a webhook cannot be asked about in a dry run. */
  readonly untestable = new Set<string>();
  /** Called before each change, and after it. */
  beforeEffect: () => void = () => undefined;
  onEffect: () => void = () => undefined;
  #version = 100;
  #uids = 0;

  readonly discovery = {
    find: (apiVersion: string, kind: string): Promise<ResourceType | undefined> =>
      Promise.resolve(
        kind === 'HelmRelease'
          ? { group: 'helm.fluxcd.io', version: 'v1', kind, plural: 'helmreleases', namespaced: true }
          : kind === 'ConfigMap' || kind === 'Secret' || kind === 'Namespace'
            ? {
                ...{ group: '', version: apiVersion, kind, plural: `${kind.toLowerCase()}s` },
                namespaced: kind !== 'Namespace',
              }
            : undefined,
      ),
  };

  resourceOf(type: ResourceType): Objects {
    return {
      get: (ref) => Promise.resolve(this.#get(type, ref)),
      jsonPatch: () => Promise.reject(new Error('nothing is folded here')),
      apply: (object, { dryRun = false, fieldManager }) => {
        const { name } = object.metadata;
        this.calls.push(`${dryRun ? 'try' : 'apply'} ${name}`);
        const refusal = this.refused.get(name);
        if (refusal === 'try' || (refusal === 'apply' && !dryRun)) {
          return Promise.reject(
            new ApiError(`${name} is refused`, { status: 403, statusReason: 'Forbidden' }),
          );
        }
        if (dryRun && this.untestable.has(name)) {
          const said = 'admission webhook "w.example.com" does not support dry run';
          return Promise.reject(new ApiError(said, { status: 400, statusReason: 'BadRequest' }));
        }
        return Promise.resolve(this.#apply(type, object, fieldManager, dryRun));
      },
    };
  }

  metadataOf(type: ResourceType) {
    return {
      list: () =>
        Promise.resolve({
          items: [...this.objects.values()].map(({ object }) => object),
          resourceVersion: '',
        }),
      get: (ref: Ref) => {
        this.calls.push(`look at ${ref.name}`);
        return Promise.resolve(this.#get(type, ref));
      },
      delete: (ref: Ref, { uid }: DeleteOptions) => {
        this.calls.push(`delete ${ref.name}`);
        const there = this.#get(type, ref);
        if (there?.metadata.uid !== uid) return Promise.resolve(false);
        this.beforeEffect();
        this.objects.delete(keyOf(type.kind, ref));
        this.onEffect();
        return Promise.resolve(true);
      },
    };
  }

  /** Somebody changes a field of ours, or makes an object. */
  changeByHand(name: string, data: object): void {
    const key = keyOf('ConfigMap', { namespace: 'team', name });
    const there = this.objects.get(key)?.object;
    const metadata = { name, namespace: 'team', ...there?.metadata, ...this.#stamp(there) };
    const object = { ...there, data, metadata: { ...metadata, managedFields: [] } } as KubeObject;
    this.objects.set(key, { object, content: 'by hand' });
  }

  deleteByHand(name: string): void {
    this.objects.delete(keyOf('ConfigMap', { namespace: 'team', name }));
  }

  /** Names and data, to compare clusters. */
  contents(): object {
    return Object.fromEntries(
      [...this.objects].sort().map(([key, { object }]) => [key, (object as { data?: object }).data ?? {}]),
    );
  }

  /** Sees all changes at once. */
  watches(): SyncWatches {
    const expected = new Map<string, readonly Expected[]>();
    return {
      expect: (sync, _account, objects) => expected.set(sync, objects),
      isExpecting: (sync) => expected.has(sync),
      drifted: (sync) =>
        new Set((expected.get(sync) ?? []).filter((one) => this.#differs(one)).map(({ key }) => key)),
      forget: (sync) => expected.delete(sync),
      onDrift: () => undefined,
      close: () => Promise.resolve(),
    };
  }

  #differs({ id, uid, fields }: Expected): boolean {
    const live = this.objects.get(keyOf(id.kind, id))?.object;
    return live?.metadata.uid !== uid || ownFields(live, 'gitsync:team/apps') !== fields;
  }

  #get({ kind }: ResourceType, ref: Ref): KubeObject | undefined {
    return this.objects.get(keyOf(kind, ref))?.object;
  }

  #stamp(there: KubeObject | undefined): object {
    this.#version += 1;
    const uid = there?.metadata.uid ?? `u${String((this.#uids += 1))}`;
    return { uid, resourceVersion: String(this.#version) };
  }

  #apply({ kind }: ResourceType, object: KubeObject, manager: string, dryRun: boolean): KubeObject {
    const key = keyOf(kind, object.metadata);
    const there = this.objects.get(key);
    const content = JSON.stringify(object);
    if (there?.content === content) return there.object;
    if (dryRun) {
      const { resourceVersion } = there?.object.metadata ?? {};
      const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      return { ...object, metadata };
    }
    this.beforeEffect();
    const fieldsV1 = { [createHash('sha256').update(content).digest('hex')]: {} };
    const managedFields = [{ manager, operation: 'Apply', time: String(this.#version), fieldsV1 }];
    const metadata = { ...object.metadata, ...this.#stamp(there?.object), managedFields };
    const stored = { object: { ...object, metadata }, content };
    this.objects.set(key, stored);
    this.onEffect();
    return stored.object;
  }
}

function keyOf(kind: string, { namespace = '', name }: Ref): string {
  return `${kind} ${namespace}/${name}`;
}
