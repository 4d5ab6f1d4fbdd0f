import { keyOf } from '../../api/metadata.ts';
import type { Indexes } from '../../kube/store.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** Marks the ConfigMaps and Secrets in which Tiller, the server of Helm 2, keeps its records of releases. */
export const TILLER_RECORDS = 'OWNER=TILLER';

/** By the name of the release, of which Helm 2 allows one in the whole cluster. */
export const TILLER_INDEXES: Indexes<KubeObject> = {
  tiller: ({ metadata: { labels } }) =>
    labels?.['OWNER'] === 'TILLER' && labels['NAME'] !== undefined ? [labels['NAME']] : [],
};

/** Names the object in which Tiller still keeps a release of that name; undefined if there is none. */
export type TillerRecordOf = (releaseName: string) => string | undefined;

/** Where a store does not watch the namespace of Tiller, it cannot know. */
export function createTillerRecordOf(
  stores: readonly { readonly byIndex: (name: string, value: string) => readonly KubeObject[] }[],
): TillerRecordOf {
  return (releaseName) => {
    const records = stores.flatMap((store) => store.byIndex('tiller', releaseName));
    const living = records.find(({ metadata: { labels } }) => !ENDED.has(labels?.['STATUS'] ?? ''));
    return living === undefined ? undefined : keyOf(living);
  };
}

/** What is left in history of a release that is gone, or of a revision that another one came after. */
const ENDED: ReadonlySet<string> = new Set(['DELETED', 'SUPERSEDED']);
