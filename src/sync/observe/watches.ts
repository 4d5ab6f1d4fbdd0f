import type { IgnoreRule } from '../../api/gitsync/ignore.ts';
import { SYNC_NAME_LABEL } from '../../api/names.ts';
import type { ObjectId } from '../../api/object-id.ts';
import { createInformer, type Informer, type InformerOptions } from '../../kube/informer.ts';
import type { Resource } from '../../kube/resource.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Change } from '../../kube/store.ts';
import { rulesFor } from '../desire/ignore-fields.ts';
import { keyOfOwner, toOwnObject, type OwnObject } from './own-object.ts';
import { untilListed } from './until-listed.ts';

/** An object as it was left by the last apply. */
export interface Expected {
  /** Its id as text. */
  readonly key: string;
  readonly id: ObjectId;
  readonly type: ResourceType;
  readonly uid: string;
  /** Of the fields that are ours and not ignored. */
  readonly fields: string;
}

/** Sees at once when somebody changes what a GitSync has applied. */
export interface SyncWatches {
  /** From now on these objects of a GitSync are to be as they are said to be, and no others. */
  expect(sync: string, account: string, objects: readonly Expected[], ignore?: readonly IgnoreRule[]): void;
  /** Ids of the objects that are gone, or have fields of ours changed. */
  drifted(sync: string): ReadonlySet<string>;
  isExpecting(sync: string): boolean;
  forget(sync: string): void;
  onDrift(handler: (sync: string) => void): void;
  close(): Promise<void>;
}

export interface SyncWatchesOptions extends Pick<
  InformerOptions<OwnObject>,
  'log' | 'clock' | 'random' | 'onRelist' | 'onWatchRestart'
> {
  /** Metadata only, by the rights of the account. */
  readonly metadataOf: (account: string, type: ResourceType) => Resource<OwnObject>;
}

interface Watch {
  readonly informer: Informer<OwnObject>;
  readonly users: Set<string>;
  readonly end: () => Promise<void>;
}

/** Of one GitSync. What is beyond is put back only when its content in Git changes, or when somebody asks for it. */
const MAX_WATCHES = 200;

export function createSyncWatches(o: SyncWatchesOptions): SyncWatches {
  const watches = new Map<string, Watch>();
  const expected = new Map<string, ReadonlyMap<string, Expected & { readonly watch: string }>>();
  const handlers: ((sync: string) => void)[] = [];

  const differs = ({ watch, id, uid, fields }: Expected & { readonly watch: string }): boolean => {
    const informer = watches.get(watch)?.informer;
    if (informer?.state().synced !== true) return false;
    const { namespace, name } = id;
    const live = informer.store.get(namespace === '' ? name : `${namespace}/${name}`);
    if (live === undefined) return true;
    if (live.metadata.deletionTimestamp !== undefined) return false; // seen again when it is gone
    return live.metadata.uid !== uid || live.fields !== fields;
  };

  const tell = (change: Change<OwnObject>): void => {
    if (change.kind === 'added' && change.initial) return;
    if (change.kind === 'updated' && change.previous.fields === change.object.fields) return;
    const sync = keyOfOwner(change.object);
    if (sync === undefined || !expected.has(sync)) return;
    for (const handler of handlers) handler(sync);
  };

  const open = (
    key: string,
    account: string,
    { id, type }: Expected,
    ignore: readonly IgnoreRule[],
  ): Watch => {
    const resource = o.metadataOf(account, type);
    const selection = {
      labelSelector: SYNC_NAME_LABEL,
      ...(type.namespaced ? { namespace: id.namespace } : {}),
    };
    const transform = (object: KubeObject): OwnObject => toOwnObject(object, id, ignore);
    const informer = createInformer(resource, { ...o, ...selection, transform });
    informer.onChange(tell);
    const ending = new AbortController();
    const begin = async (): Promise<void> => {
      await untilListed(resource, selection, o, ending.signal);
      informer.start();
      await informer.synced(ending.signal);
      // What was changed while nobody looked.
      for (const sync of watches.get(key)?.users ?? []) for (const handler of handlers) handler(sync);
    };
    begin().catch((caught: unknown) => {
      if (!ending.signal.aborted) o.log.error('a watch was given up', { error: String(caught) });
    });
    return {
      informer,
      users: new Set(),
      end: async () => {
        ending.abort(new Error('nobody needs the watch any more'));
        await informer.stop();
      },
    };
  };

  const leave = (sync: string, kept: ReadonlySet<string>): void => {
    for (const [key, { users, end }] of watches) {
      if (kept.has(key) || !users.delete(sync) || users.size > 0) continue;
      watches.delete(key);
      void end();
    }
  };

  return {
    expect: (sync, account, objects, ignore = []) => {
      const wanted = new Map<string, Expected & { readonly watch: string }>();
      const keys = new Set<string>();
      let unseen = 0;
      for (const one of objects) {
        const { group, version, plural } = one.type;
        const rules = rulesFor(ignore, one.id);
        const seen = rules.length === 0 ? [] : [JSON.stringify(rules)];
        const key = [account, group, version, plural, one.id.namespace, ...seen].join(' ');
        if (!keys.has(key) && keys.size === MAX_WATCHES) {
          unseen += 1;
          continue;
        }
        keys.add(key);
        const watch = watches.get(key) ?? open(key, account, one, rules);
        watches.set(key, watch);
        watch.users.add(sync);
        wanted.set(one.key, { ...one, watch: key });
      }
      if (unseen > 0) {
        const why = `they are of more than ${String(MAX_WATCHES)} kinds and namespaces`;
        o.log.info('changes by hand are not seen', { resource: sync, objects: unseen, why });
      }
      expected.set(sync, wanted);
      leave(sync, keys);
    },
    drifted: (sync) =>
      new Set([...(expected.get(sync)?.values() ?? [])].filter(differs).map(({ key }) => key)),
    isExpecting: (sync) => expected.has(sync),
    forget: (sync) => {
      expected.delete(sync);
      leave(sync, new Set());
    },
    onDrift: (handler) => {
      handlers.push(handler);
    },
    close: async () => {
      await Promise.all([...watches.values()].map(({ end }) => end()));
    },
  };
}
