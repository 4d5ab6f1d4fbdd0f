import type { IdentifyCharts } from '../charts/git/git-charts.ts';
import type { Discovery } from '../kube/discovery.ts';
import type { Tracer } from '../telemetry/tracing/tracer.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import type { StagePorts } from './act/apply-task.ts';
import type { PrunePorts } from './act/prune.ts';
import type { Parser } from './build/parser.ts';
import type { BuildPorts } from './build/ports.ts';
import type { RebuildPorts } from './inventory/rebuild.ts';
import type { InventoryStore } from './inventory/store.ts';
import type { SyncGit, SyncSource } from './source.ts';

/** The cluster as one account sees it. */
export interface AccountView {
  readonly discovery: Pick<Discovery, 'find'>;
  readonly stage: Pick<StagePorts, 'resourceOf' | 'definitionsServed'>;
  readonly metadataOf: (
    type: ResourceType,
  ) => ReturnType<PrunePorts['metadataOf']> & ReturnType<RebuildPorts['metadataOf']>;
  readonly kinds: RebuildPorts['kinds'];
}

export interface BringInPorts {
  readonly git: SyncGit;
  /** Everything about objects is asked and done as the account of the GitSync, never with rights of our own. */
  readonly actingAs: (account: string) => AccountView;
  readonly inventory: InventoryStore;
  readonly digestKey: Buffer;
  readonly kustomize: (source: SyncSource, signal: AbortSignal) => BuildPorts['kustomize'];
  readonly parser: Parser;
  readonly identifyCharts: IdentifyCharts;
  readonly events: EventRecorder;
  readonly tracer: Pick<Tracer, 'span' | 'current'>;
  /** Whether an object may be taken that says it is of another GitSync, the owner. */
  readonly isFree: (sync: string, ...object: Parameters<StagePorts['isFree']>) => Promise<boolean>;
  /** Requests at once. */
  readonly inFlight: number;
}
