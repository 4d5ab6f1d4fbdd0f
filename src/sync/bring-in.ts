import { asOperatorError, describe } from '../api/errors.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import { syncFieldManager } from '../api/names.ts';
import { formatId } from '../api/object-id.ts';
import { applyRevision, type ApplyEnd, type ApplyInput, type ApplyRevisionPorts } from './apply-revision.ts';
import { build, type Built } from './build/build.ts';
import { cleanUp } from './clean-up.ts';
import { place } from './desire/place.ts';
import type { CommitFacts } from './fetch/commit-facts.ts';
import { type BringInEnd, type BringInFailed, refusal } from './end.ts';
import { EMPTY } from './inventory/entry.ts';
import { noteInventory } from './note-inventory.ts';
import type { BringInPorts } from './ports.ts';
import type { SyncPass, SyncStatusChange } from './pass.ts';
import { inProgress } from '../api/standing.ts';
import { withoutSourceFailure } from './record/source.ts';
import { tellLost, tellTaken } from './record/tell.ts';
import type { SyncSource } from './source.ts';
import { createTrailAt } from './trail-at.ts';

type Documents = Extract<Built, { kind: 'built' }> & { readonly facts: CommitFacts };

export interface BringInWish {
  /** A person has asked for it: that nothing has changed does not count. */
  readonly everything: boolean;
  /** Ids of objects that somebody has changed. */
  readonly drifted: ReadonlySet<string>;
}

/** Makes the cluster hold what a revision holds: build, apply, delete what left Git, and say so. */
export async function bringIn(
  pass: SyncPass,
  settings: SyncSettings,
  source: SyncSource,
  { everything, drifted }: BringInWish,
  ports: BringInPorts,
): Promise<BringInEnd> {
  const { signal } = pass;
  const built = await documentsOf(settings, source, ports, signal);
  if (built.kind === 'failed') return built;
  pass.note((status) => ({ ...withoutSourceFailure(status), commit: built.facts }));
  const loaded = await ports.inventory.load(pass.sync(), signal);
  if (loaded.kind === 'lost') tellLost(pass, ports.events);
  const before = loaded.kind === 'known' ? loaded.inventory : EMPTY;
  const end = await applyDue(pass, settings, source, built, ports, {
    inventory: before,
    isDue: ({ key, digest }, entry) =>
      everything || drifted.has(key) || entry?.uid === undefined || entry.digest !== digest,
    saveIntents: async (intents) => {
      await noteInventory(pass, intents, ports);
      await pass.save(applying(source.revision.shown));
    },
  });
  await noteInventory(pass, end.inventory, ports);
  if (end.kind === 'refused') {
    return { ...refusal(end.step, end.faults, end.retry), inventory: end.inventory };
  }
  tellTaken(pass, end.objects, ports.events);
  const { discovery } = ports.actingAs(settings.account);
  const left = await place(built.left, settings.key.namespace, discovery, signal);
  return await cleanUp(
    pass,
    settings,
    {
      revision: source.revision,
      ignored: built.ignored,
      applied: end,
      inGit: new Set([...end.wanted.keys(), ...left.placed.map(({ id }) => formatId(id))]),
    },
    ports,
  );
}

/** What a commit holds, and who made it. */
export async function documentsOf(
  { paths }: SyncSettings,
  source: SyncSource,
  ports: BringInPorts,
  signal: AbortSignal,
): Promise<Documents | BringInFailed> {
  try {
    const facts = await source.facts();
    const { files, read, lookup } = source;
    const kustomize = ports.kustomize(source, signal);
    const built = await build(paths, { files, read, lookup, kustomize, parser: ports.parser }, signal);
    return built.kind === 'faulty' ? refusal('build', built.faults, false) : { ...built, facts };
  } catch (caught) {
    signal.throwIfAborted();
    const error = asOperatorError(caught);
    return { kind: 'failed', step: 'build', cause: describe(error), retry: error.retry === 'backoff' };
  }
}

/** What is applied of a commit, and what is done before the first of it is written. */
export type Due = Pick<ApplyInput, 'inventory' | 'isDue'> & Pick<ApplyRevisionPorts, 'saveIntents'>;

/** Applies what is due of what a commit holds. */
export async function applyDue(
  pass: SyncPass,
  settings: SyncSettings,
  { remote, revision }: SyncSource,
  { documents, facts }: Documents,
  ports: BringInPorts,
  { inventory, isDue, saveIntents }: Due,
): Promise<ApplyEnd> {
  const { signal } = pass;
  const { commit } = revision;
  const { discovery, stage } = ports.actingAs(settings.account);
  return await applyRevision(
    { settings, documents, inventory, commit, isDue },
    {
      discovery,
      digestKey: ports.digestKey,
      trailAt: createTrailAt(ports.git, remote, { commit, facts }, signal),
      stage: {
        ...stage,
        manager: syncFieldManager(settings.key),
        account: settings.account,
        forceConflicts: settings.forceConflicts,
        inFlight: ports.inFlight,
      },
      saveIntents,
    },
    signal,
  );
}

/**
 * Says what is going on, but not that this generation is dealt with: killed in between, the next pass must not take it for
 * done. What is only tried again goes on to be called failed.
 */
function applying(shown: string): SyncStatusChange {
  return (status, context) =>
    status.failure?.revision === shown
      ? status
      : inProgress({ ...status, attemptedRevision: shown }, `applying ${shown}`, context);
}
