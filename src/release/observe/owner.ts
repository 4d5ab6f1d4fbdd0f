import type { HelmRelease } from '../../api/helm-release.ts';
import { keyOf, parseKey } from '../../api/metadata.ts';
import { targetOf } from '../../api/release-name.ts';
import type { Tenancy } from '../../api/tenancy.ts';
import { actorOf } from '../actor.ts';
import { hasManaged } from './has-managed.ts';

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
  /**
   * False of one that an account releases into another namespace than its own, until it has done so: to name a release there
   * takes no rights, and must not keep it from those who have them.
   */
  readonly proved: boolean;
}

export function claimantOf(release: HelmRelease, tenancy: Tenancy): Claimant {
  const { uid, creationTimestamp, deletionTimestamp } = release.metadata;
  const target = targetOf(release);
  const isTrusted =
    target.namespace === release.metadata.namespace || actorOf(release, tenancy) === undefined;
  return {
    key: keyOf(release),
    uid: uid ?? '',
    created: creationTimestamp ?? '',
    deleting: deletionTimestamp !== undefined,
    proved: isTrusted || hasManaged(release.status ?? {}, target),
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
 * 1.4.4 released it for, or else the older one of those that may be allowed it. An owner that is being deleted still owns it,
 * until its finalizer is gone.
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
    const isThere =
      others.some(({ key }) => key === antecedent) || (!seesAll && !isBeside(antecedent, self.key));
    if (isThere) return { kind: 'taken', by: antecedent };
  }
  const first = others.filter(({ deleting }) => !deleting).find((other) => comesBefore(other, self));
  return first === undefined ? { kind: 'ours' } : { kind: 'taken', by: first.key };
}

/**
 * Whether another HelmRelease that stands for a release takes it over when this one lets go of it. Those of one namespace
 * may act as the same accounts, so that one which takes the place of another need not prove anything.
 */
export function mayInherit(other: Claimant, key: string): boolean {
  return !other.deleting && (other.proved || isBeside(other.key, key));
}

function isBeside(key: string, self: string): boolean {
  return parseKey(key).namespace === parseKey(self).namespace;
}

/** Of those that are not proved none stands in the way of another namespace: which one may, the first that releases shows. */
function comesBefore(other: Claimant, self: Claimant): boolean {
  if (other.proved !== self.proved) return other.proved;
  return (other.proved || isBeside(other.key, self.key)) && isBefore(other, self);
}

function isBefore(a: Claimant, b: Claimant): boolean {
  return a.created === b.created ? a.uid < b.uid : a.created < b.created;
}
