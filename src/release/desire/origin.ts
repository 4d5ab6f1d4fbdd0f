import type { Trail } from '../../api/trail.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** Where a HelmRelease comes from, as far as that is proved. */
export type Origin =
  | { readonly kind: 'git'; readonly trail: Trail }
  /** Nobody's Git, as far as anybody knows. */
  | { readonly kind: 'none' }
  /** Some Git, says the HelmRelease, and whether that is so will be known in a moment. */
  | { readonly kind: 'not-known-yet' };

/** Of a HelmRelease. */
export type OriginOf = (release: KubeObject) => Origin;
