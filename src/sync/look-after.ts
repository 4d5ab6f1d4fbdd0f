import { asOperatorError, describe } from '../api/errors.ts';
import type { GitSyncStatus } from '../api/gitsync/git-sync.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import type { BringInFailed } from './end.ts';
import { expectObjects, type ExpectPorts } from './expect-objects.ts';
import { heal } from './heal.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import type { SyncMeter } from './record/meter.ts';
import type { Rivalry } from './rivalry.ts';
import { findSource, type SourcePorts, type SyncSource } from './source.ts';

export type LookAfterPorts = BringInPorts &
  SourcePorts &
  ExpectPorts & { readonly rivalry: Rivalry; readonly meter: SyncMeter };

/**
 * Puts back what somebody has changed since the last apply. Needs no word of the repository, whose commit is at hand: what
 * is in the cluster stays right while its host is away. Tells why if that has failed, which must not keep a newer commit
 * out: it may be the remedy.
 */
export async function lookAfter(
  pass: SyncPass,
  settings: SyncSettings,
  ports: LookAfterPorts,
): Promise<BringInFailed | undefined> {
  const { signal, key } = pass;
  const { watches, rivalry } = ports;
  const { appliedRevision, inventory: written } = pass.status();
  if (appliedRevision === undefined || written === undefined) return undefined;
  const isExpecting = watches.isExpecting(key);
  if (isExpecting && watches.drifted(key).size === 0) return undefined;
  const loaded = await ports.inventory.load(pass.sync(), signal);
  if (loaded.kind === 'lost') {
    pass.note(notDealtWith);
    return undefined;
  }
  const { inventory } = loaded;
  if (!isExpecting) await expectObjects(pass, settings, inventory, ports);
  const drifted = rivalry.allowed(key, watches.drifted(key));
  if (drifted.size === 0) return undefined;
  const source = await sourceAt(appliedRevision, settings, ports, signal);
  if ('cause' in source) return source;
  const end = await heal(pass, settings, source, { inventory, drifted }, ports);
  if (end.kind === 'failed') return end;
  rivalry.count(key, end.corrected);
  ports.meter.corrected(key, end.corrected.length);
  await expectObjects(pass, settings, end.inventory, ports);
  return undefined;
}

/** The revision is applied anew, as a whole: nobody knows any more what of it is in the cluster. */
function notDealtWith({ observedGeneration: _, ...status }: GitSyncStatus): GitSyncStatus {
  return status;
}

async function sourceAt(
  revision: string,
  settings: SyncSettings,
  ports: SourcePorts,
  signal: AbortSignal,
): Promise<SyncSource | BringInFailed> {
  const ref = { kind: 'commit', value: revision.split(':').at(-1) ?? '' } as const;
  try {
    return await findSource({ ...settings, ref }, ports, { maxAgeMs: Number.POSITIVE_INFINITY, signal });
  } catch (caught) {
    signal.throwIfAborted();
    return { kind: 'failed', step: 'build', cause: describe(asOperatorError(caught)), retry: true };
  }
}
