import type { GitSync } from '../api/gitsync/git-sync.ts';
import { syncOf } from '../api/gitsync/owner.ts';
import { formatKey, keyOf } from '../api/metadata.ts';
import { trailIn } from '../api/trail.ts';
import { createSince } from '../process/since.ts';
import type { OriginOf } from '../release/desire/origin.ts';
import type { Claims } from '../sync/claims.ts';
import { trailDigest } from '../sync/trail-digest.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface OriginOptions {
  readonly claims: Claims;
  /** The GitSync as it is known; undefined where there is none. */
  readonly find: (sync: string) => GitSync | undefined;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** A release must not wait for ever for a GitSync that cannot be looked at, or that does not come to an end. */
const PATIENCE_MS = 30_000;
/** A change by hand is put back by then, or the GitSync cannot do it. */
const EDIT_PATIENCE_MS = 10_000;

/**
 * A HelmRelease comes from Git if a GitSync holds it as it is. What somebody has edited by hand is waited for to be put back, so
 * that no revision is made of it that no commit has; the trail is never told of it.
 */
export function createOriginOf({ claims, find, clock }: OriginOptions): OriginOf {
  const startedAt = clock.monotonicMs();
  /** Of objects that are others than were applied, by generation. */
  const edited = createSince(clock);

  return (release) => {
    const owner = syncOf(release);
    const trail = trailIn(release.metadata);
    if (owner === undefined || trail === undefined) return { kind: 'none' };
    const sync = formatKey(owner);
    const isActive = find(sync)?.spec.suspend !== true;
    const claim = claims.find(sync, keyOf(release));
    if (claim === undefined) {
      edited.forget(keyOf(release));
      const isDue = isActive && !claims.knows(sync);
      return isDue && clock.monotonicMs() - startedAt < PATIENCE_MS
        ? { kind: 'not-known-yet' }
        : { kind: 'none' };
    }
    const isAsApplied =
      claim.generation === release.metadata.generation && claim.trail === trailDigest(release);
    if (isAsApplied) {
      edited.forget(keyOf(release));
      return { kind: 'git', trail };
    }
    const patienceMs = claim.generation === undefined ? PATIENCE_MS : EDIT_PATIENCE_MS;
    return isActive && edited.ms(keyOf(release), release.metadata.generation) < patienceMs
      ? { kind: 'not-known-yet' }
      : { kind: 'none' };
  };
}
