import type { HelmStatus } from '../../helm/storage/helm-status.ts';

/** What the labels of a revision say about who made it. */
export type Mark =
  /** Made by someone who never heard of us. */
  | { readonly kind: 'none' }
  /** Made or sealed by us, for exactly this revision number. */
  | { readonly kind: 'ours'; readonly digest: string; readonly rejected?: string }
  /** Our labels, copied by a `helm upgrade` or `helm rollback` that was not ours. */
  | { readonly kind: 'copied'; readonly digest: string };

export interface Revision {
  readonly number: number;
  readonly status: HelmStatus;
  readonly mark: Mark;
  /** How long ago Helm last wrote the revision, by its own time stamps; never negative. */
  readonly ageMs: number;
}

/** What Helm's storage and our own record of it say about one release. */
export type Observed =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly newest: Revision;
      /** The newest revision below `newest` that became ready and passed its tests, and is still stored. */
      readonly restorable?: number;
      /** Whether Helm still calls any revision `deployed`: what an upgrade merges against. */
      readonly hasDeployed: boolean;
      /** Whether `newest` became ready and passed its tests, as far as they were asked for. */
      readonly verified: boolean;
      /**
       * Whether our own record knows of `newest` at all. Not so where the HelmRelease stood for another release in between,
       * or its status was lost: then it is not known to be overtaken either.
       */
      readonly recorded: boolean;
      /** Whether all of its revisions are first installations of ours: nothing of anybody else goes with it. */
      readonly onlyOwnInstalls: boolean;
      /** Whether the objects of a `failed` newest revision are ready by now. */
      readonly readyNow: boolean;
    };
