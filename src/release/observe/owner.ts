import type { HelmRelease } from '../../api/helm-release.ts';
import { keyOf } from '../../api/metadata.ts';

/** What is known of who may touch a release. */
export type Claim =
  | { readonly kind: 'ours' }
  /** The mark on the release names a HelmRelease that is gone: the release is handed over to us. */
  | { readonly kind: 'inherited' }
  | { readonly kind: 'taken'; readonly by: string };

export interface Claimant {
  readonly key: string;
  readonly uid: string;
  readonly created: string;
  readonly deleting: boolean;
}

export function claimantOf(release: HelmRelease): Claimant {
  const { uid, creationTimestamp, deletionTimestamp } = release.metadata;
  return {
    key: keyOf(release),
    uid: uid ?? '',
    created: creationTimestamp ?? '',
    deleting: deletionTimestamp !== undefined,
  };
}

/**
 * Two HelmReleases may claim one release. Whoever is marked on it keeps it; before there is a mark, the older
 * one gets it. An owner that is being deleted still owns it, until its finalizer is gone.
 */
export function claimOn(
  self: Claimant,
  others: readonly Claimant[],
  marked: string | undefined,
  markOf: (key: string) => string,
  seesAll: boolean,
): Claim {
  if (marked !== undefined) {
    if (marked === markOf(self.key)) return { kind: 'ours' };
    const owner = others.find(({ key }) => markOf(key) === marked);
    if (owner !== undefined) return { kind: 'taken', by: owner.key };
    // Who sees one namespace only cannot know that an owner is gone.
    return seesAll ? { kind: 'inherited' } : { kind: 'taken', by: 'of another namespace' };
  }
  const first = others.filter(({ deleting }) => !deleting).find((other) => isBefore(other, self));
  return first === undefined ? { kind: 'ours' } : { kind: 'taken', by: first.key };
}

function isBefore(a: Claimant, b: Claimant): boolean {
  return a.created === b.created ? a.uid < b.uid : a.created < b.created;
}
