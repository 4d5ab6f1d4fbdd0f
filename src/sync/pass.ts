import { isDeepStrictEqual } from 'node:util';
import type { GitSync, GitSyncStatus } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import type { StatusWriter } from '../kube/status-writer.ts';
import type { Lifeline } from '../kube/vigil.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { StandingContext } from '../api/standing.ts';

/** One look at one GitSync: what it asks for, and what we have written about it so far. */
export interface SyncPass {
  readonly key: string;
  /** The generation that the pass has read. */
  readonly generation: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly lifeline: Lifeline;
  readonly sync: () => GitSync;
  readonly status: () => GitSyncStatus;
  /** Changes the status without writing it: the next write takes it along. */
  readonly note: (change: SyncStatusChange) => void;
  /** Changes the status and writes it, if anything of it is news. */
  readonly save: (change?: SyncStatusChange) => Promise<void>;
  readonly now: () => Date;
}

export type SyncStatusChange = (status: GitSyncStatus, context: StandingContext) => GitSyncStatus;

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
  let current = sync;
  let draft = sync.status ?? {};
  const generation = sync.metadata.generation ?? 0;
  const key = keyOf(sync);
  const note = (change: SyncStatusChange): void => {
    draft = change(draft, { observedGeneration: generation, now: clock.now() });
  };
  return {
    key,
    generation,
    signal,
    lifeline,
    log: log.child({ component: 'gitsync', resource: key }),
    sync: () => current,
    status: () => draft,
    note,
    now: () => clock.now(),
    save: async (change = unchanged) => {
      lifeline.alive();
      note(change);
      if (isDeepStrictEqual(current.status ?? {}, draft)) return;
      current = await writeStatus(current, draft, signal);
      draft = current.status ?? {};
    },
  };
}

function unchanged(status: GitSyncStatus): GitSyncStatus {
  return status;
}
