import type { HelmRelease } from '../../api/helm-release.ts';
import { keyOf, parseKey } from '../../api/metadata.ts';

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

/** Whom the release itself names as its owner. */
export interface NamedOwner {
  /** The mark of ours; 1.4.4 left none. */
  readonly marked?: string | undefined;
  /** Whom 1.4.4 released it for, as far as it was asked. */
  readonly antecedent?: string | undefined;
}

/**
 * Two HelmReleases may claim one release. Whoever is marked on it keeps it. Before there is a mark, that is whoever
 * 1.4.4 released it for, or else the older one. An owner that is being deleted still owns it, until its finalizer is gone.
 */
export function claimOn(
  self: Claimant,
  others: readonly Claimant[],
  { marked, antecedent }: NamedOwner,
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
  if (antecedent === self.key) return { kind: 'ours' };
  if (antecedent !== undefined) {
    // As above: who sees one namespace only takes it for there.
    const isThere = others.some(({ key }) => key === antecedent) || (!seesAll && !isBeside(antecedent, self));
    if (isThere) return { kind: 'taken', by: antecedent };
  }
  const first = others.filter(({ deleting }) => !deleting).find((other) => isBefore(other, self));
  return first === undefined ? { kind: 'ours' } : { kind: 'taken', by: first.key };
}

function isBeside(key: string, self: Claimant): boolean {
  return parseKey(key).namespace === parseKey(self.key).namespace;
}

function isBefore(a: Claimant, b: Claimant): boolean {
  return a.created === b.created ? a.uid < b.uid : a.created < b.created;
}
