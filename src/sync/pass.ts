import type { GitSync, GitSyncStatus } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import { createStatusDraft, type StatusChangeOf, type StatusDraft } from '../kube/status-draft.ts';
import type { StatusWriter } from '../kube/status-writer.ts';
import type { Lifeline } from '../kube/vigil.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { StandingContext } from '../api/standing.ts';

/** One look at one GitSync: what it asks for, and what we have written about it so far. */
export interface SyncPass extends Pick<StatusDraft<GitSync, StandingContext>, 'note' | 'save'> {
  readonly key: string;
  /** The generation that the pass has read. */
  readonly generation: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly lifeline: Lifeline;
  readonly sync: () => GitSync;
  readonly status: () => GitSyncStatus;
  readonly now: () => Date;
}

export type SyncStatusChange = StatusChangeOf<GitSync, StandingContext>;

export interface SyncPassPorts {
  readonly writeStatus: StatusWriter<GitSync>;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createSyncPass(
  sync: GitSync,
  { writeStatus, clock, log }: SyncPassPorts,
  signal: AbortSignal,
  lifeline: Lifeline,
): SyncPass {
  const generation = sync.metadata.generation ?? 0;
  const key = keyOf(sync);
  const context = (): StandingContext => ({ observedGeneration: generation, now: clock.now() });
  const { object, status, note, save } = createStatusDraft(sync, { writeStatus, context, signal, lifeline });
  return {
    ...{ key, generation, signal, lifeline, status, note, save },
    log: log.child({ component: 'gitsync', resource: key }),
    sync: object,
    now: () => clock.now(),
  };
}
