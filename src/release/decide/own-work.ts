import type { Memory } from '../observe/memory.ts';
import type { Revision } from '../observe/observed.ts';

/**
 * Whether the lock is of a helm that we ran. A mark is copied by every rollback; an upgrade or install of ours would
 * carry its own number.
 */
export function isOwnLock(newest: Revision, memory: Memory): boolean {
  if (newest.mark.kind === 'ours') return true;
  if (newest.status === 'pending-rollback') return isOwnRollback(newest, memory);
  const { intent } = memory;
  return (
    newest.mark.kind === 'none' &&
    intent?.toRevision === newest.number &&
    newest.status === `pending-${intent.action}`
  );
}

/** `helm rollback` takes no labels, so our own is known by what was recorded before it ran, or when it failed. */
export function isOwnRollback(newest: Revision, { intent, rollback }: Memory): boolean {
  return (
    (intent?.action === 'rollback' && intent.toRevision === newest.number) ||
    rollback?.revision === newest.number
  );
}

/**
 * Whether our rollback was to start from that revision and has made none: it was ended first. The revision may itself be
 * of a rollback of ours that was ended, of which nothing else is known by then.
 */
export function isBeforeOwnRollback({ number }: Revision, { intent }: Memory): boolean {
  return intent?.action === 'rollback' && intent.toRevision === number + 1;
}

/** The input that our last rollback was to undo. */
export function rolledBackDigest({ intent, rollback }: Memory): string | undefined {
  return intent?.action === 'rollback' ? intent.digest : rollback?.digest;
}

/** Whether the uninstall that was not finished is one that we had begun. */
export function isOwnUninstall(
  { number }: Pick<Revision, 'number'>,
  { intent }: Pick<Memory, 'intent'>,
): boolean {
  return intent?.action === 'uninstall' && intent.toRevision === number;
}
