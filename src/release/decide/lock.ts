import type { Revision } from '../observe/observed.ts';
import type { Action } from './action.ts';
import type { Wanted } from './wanted.ts';

/** Nobody's helm holds a release for longer without being dead, unless it was given a longer timeout. */
const LEAST_MS = 900_000;

/** The longest time that anybody's helm may hold a release with this timeout; an older lock is stale. */
export function lockLimitMs(timeoutMs: number): number {
  return Math.max(timeoutMs, LEAST_MS);
}

/** What is told of a release that somebody else's helm works on. */
export function heldBy({ number, status }: Pick<Revision, 'number' | 'status'>): string {
  return `revision ${String(number)} is ${status}: another helm holds the release`;
}

/** Undefined when the lock is too old to be anybody's. */
export function waitForLock(wanted: Wanted, newest: Revision): Action | undefined {
  const ms = wanted.lockLimitMs - newest.ageMs;
  return ms <= 0 ? undefined : { kind: 'wait', for: 'lock', ms, why: heldBy(newest) };
}
