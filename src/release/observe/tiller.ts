import { keyOf } from '../../api/metadata.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { Resource } from '../../kube/resource.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import type { Indexes, Store } from '../../kube/store.ts';

/** Marks the ConfigMaps and Secrets in which Tiller, the server of Helm 2, keeps its records of releases. */
export const TILLER_RECORDS = 'OWNER=TILLER';

/** By the name of the release, of which Helm 2 allows one in the whole cluster. */
export const TILLER_INDEXES: Indexes<KubeObject> = {
  tiller: ({ metadata: { labels } }) =>
    labels?.['OWNER'] === 'TILLER' && labels['NAME'] !== undefined ? [labels['NAME']] : [],
};

/** Names the object in which Tiller still keeps a release of that name; undefined if there is none. */
export type TillerRecordOf = (releaseName: string, signal: AbortSignal) => Promise<string | undefined>;

/** The records of one release, living or not. */
export type TillerRecords = (releaseName: string, signal: AbortSignal) => Promise<readonly KubeObject[]>;

type Watched = Pick<Store<KubeObject>, 'byIndex'>;

export function createTillerRecordOf(
  stores: readonly Watched[],
  elsewhere: TillerRecords = () => Promise.resolve([]),
): TillerRecordOf {
  const livingIn = (records: readonly KubeObject[]): KubeObject | undefined =>
    records.find(({ metadata: { labels } }) => !ENDED.has(labels?.['STATUS'] ?? ''));
  return async (releaseName, signal) => {
    const living =
      livingIn(stores.flatMap((store) => store.byIndex('tiller', releaseName))) ??
      livingIn(await elsewhere(releaseName, signal));
    return living === undefined ? undefined : keyOf(living);
  };
}

/** Where Tiller is, unless somebody has put it elsewhere: then whoever watches one namespace only cannot know of it. */
const TILLER_NAMESPACE = 'kube-system';
const RELEASE_NAME = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;

/** For who watches one namespace only: asks that of Tiller, as far as it may, and tells once where it may not. */
export function createTillerLookup(
  kinds: readonly Pick<Resource<KubeObject>, 'list'>[],
  onForbidden: (namespace: string) => void,
): TillerRecords {
  const allowed = new Set(kinds);
  return async (releaseName, signal) => {
    if (!RELEASE_NAME.test(releaseName)) return [];
    const labelSelector = `${TILLER_RECORDS},NAME=${releaseName}`;
    const found: KubeObject[] = [];
    for (const kind of [...allowed]) {
      try {
        found.push(...(await kind.list({ namespace: TILLER_NAMESPACE, labelSelector }, signal)).items);
      } catch (caught) {
        if (!isForbidden(caught)) throw caught;
        if (allowed.size === kinds.length) onForbidden(TILLER_NAMESPACE);
        allowed.delete(kind);
      }
    }
    return found;
  };
}

/** What is left in history of a release that is gone, or of a revision that another one came after. */
const ENDED: ReadonlySet<string> = new Set(['DELETED', 'SUPERSEDED']);
