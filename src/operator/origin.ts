import type { GitSync } from '../api/gitsync/git-sync.ts';
import { syncOf } from '../api/gitsync/owner.ts';
import { formatKey, keyOf } from '../api/metadata.ts';
import { trailIn } from '../api/trail.ts';
import type { OriginOf } from '../release/desire/origin.ts';
import type { Claims } from '../sync/claims.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface OriginOptions {
  readonly claims: Claims;
  /** The GitSync as it is known; undefined where there is none. */
  readonly find: (sync: string) => GitSync | undefined;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** A release must not wait for a GitSync that cannot be looked at. */
const PATIENCE_MS = 30_000;

/** A HelmRelease comes from Git if a GitSync holds it; the GitSync tells of what it holds once it has been looked at. */
export function createOriginOf({ claims, find, clock }: OriginOptions): OriginOf {
  const startedAt = clock.monotonicMs();
  return (release) => {
    const owner = syncOf(release);
    const trail = trailIn(release.metadata);
    if (owner === undefined || trail === undefined) return { kind: 'none' };
    const sync = formatKey(owner);
    if (claims.find(sync, keyOf(release)) !== undefined) return { kind: 'git', trail };
    const isDue = find(sync)?.spec.suspend !== true && !claims.knows(sync);
    return isDue && clock.monotonicMs() - startedAt < PATIENCE_MS
      ? { kind: 'not-known-yet' }
      : { kind: 'none' };
  };
}
