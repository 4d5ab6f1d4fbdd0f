import type { HelmError } from './errors.ts';
import type { LeftBehind } from './left-behind.ts';
import type { StoredRelease } from './storage/stored-release.ts';

/** How one run of helm ended. */
export type HelmOutcome =
  | {
      readonly kind: 'ok';
      readonly durationMs: number;
      /** May hold what charts and tests print. Not for status or logs without being asked for. */
      readonly output: string;
      /** What an uninstall did not delete. */
      readonly left?: readonly LeftBehind[];
    }
  | { readonly kind: 'failed'; readonly error: HelmError; readonly durationMs: number };

/** What came of a rehearsal. */
export type DryRun =
  | { readonly kind: 'ok'; readonly release: StoredRelease }
  | { readonly kind: 'failed'; readonly error: HelmError };
