import { asOperatorError, describe } from '../api/errors.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import { syncFieldManager } from '../api/names.ts';
import { formatId } from '../api/object-id.ts';
import { applyRevision, type ApplyEnd, type ApplyInput, type ApplyRevisionPorts } from './apply-revision.ts';
import { build, type Built } from './build/build.ts';
import { findBroughtBy } from './brought-by.ts';
import { cleanUp } from './clean-up.ts';
import { type OwnCharts, ownChartsOf } from './desire/own-chart.ts';
import { place } from './desire/place.ts';
import type { CommitFacts } from './fetch/commit-facts.ts';
import { type ExchangePorts, giverOf, handOver, waitFor } from './exchange.ts';
import { idsIn } from './id-of.ts';
import { type BringInEnd, type BringInFailed, refusal } from './end.ts';
import { knownObjects } from './known-objects.ts';
import { noteInventory } from './note-inventory.ts';
import type { BringInPorts } from './ports.ts';
import type { SyncPass, SyncStatusChange } from './pass.ts';
import { inProgress } from '../api/standing.ts';
import { withoutSourceFailure } from './record/source.ts';
import { tellTaken, tellUntested } from './record/tell.ts';
import type { SyncSource } from './source.ts';
import { createTrailAt } from './trail-at.ts';

type Documents = Extract<Built, { kind: 'built' }> & {
  readonly facts: CommitFacts;
  readonly charts: OwnCharts;
};

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
  ports: BringInPorts & ExchangePorts,
): Promise<BringInEnd> {
  const { signal } = pass;
  tellOfCommit(source, ports);
  const { tracer } = ports;
  const built = await tracer.span('build', {}, () => documentsOf(settings, source, ports, signal));
  if (built.kind === 'failed') {
    ports.readings.unreadable(pass.key, source.revision.shown, pass.generation);
    return built;
  }
  const signed = source.signedBy === undefined ? {} : { signedBy: source.signedBy };
  pass.note((status) => ({ ...withoutSourceFailure(status), commit: { ...built.facts, ...signed } }));
  const { shown } = source.revision;
  const ids = idsIn([...built.documents, ...built.left], settings.key.namespace);
  const { inventory: known, strays } = await knownObjects(pass, settings, ids, ports);
  const inventory = await handOver(pass, { revision: shown, ids, inventory: known }, ports);
  const asked = new Map<string, string>();
  const due: Due = {
    inventory,
    renewCharts: everything,
    isDue: ({ key, digest }, entry) =>
      everything || drifted.has(key) || entry?.uid === undefined || entry.digest !== digest,
    saveIntents: async (intents) => {
      await noteInventory(pass, intents, ports);
      await pass.save(applying(shown));
    },
    onAsk: (id, owner) => asked.set(id, owner),
  };
  const end = await tracer.span('apply', {}, () => applyDue(pass, settings, source, built, ports, due));
  await noteInventory(pass, end.inventory, ports);
  tellUntested(pass, end.warnings, ports.events);
  if (end.kind === 'refused') {
    for (const id of asked.keys()) ports.readings.ask(pass.key, id);
    const giver = giverOf(pass, shown, asked, ports);
    if (giver !== undefined) {
      const waiting = await waitFor(giver, pass, shown, end.inventory, ports);
      if (waiting !== undefined) return waiting;
    }
    return { ...refusal(end.step, end.faults, end.retry), inventory: end.inventory };
  }
  tellTaken(pass, end.objects, ports.events);
  const { discovery } = ports.actingAs(settings.account);
  const left = await place(built.left, settings.key.namespace, discovery, signal);
  const clearing = {
    revision: source.revision,
    ignored: built.ignored,
    strays,
    applied: end,
    inGit: new Set([...end.wanted.keys(), ...left.placed.map(({ id }) => formatId(id))]),
  };
  return await tracer.span('prune', {}, () => cleanUp(pass, settings, clearing, ports));
}

/** From here on there is something to tell, even if it is only that nothing can be made of the commit. */
function tellOfCommit({ revision }: SyncSource, { tracer }: BringInPorts): void {
  const change = tracer.current();
  change.share({ commit: revision.commit });
  change.set({ sourceRevision: revision.shown });
  change.keep();
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
    if (built.kind === 'faulty') return refusal('build', built.faults, false);
    const { remote, revision } = source;
    const at = { remote, commit: revision.commit };
    const charts = await ownChartsOf(built.documents, (found) => ports.identifyCharts(at, found, signal));
    return { ...built, facts, charts };
  } catch (caught) {
    signal.throwIfAborted();
    const error = asOperatorError(caught);
    return { kind: 'failed', step: 'build', cause: describe(error), retry: error.retry === 'backoff' };
  }
}

/** What is applied of a commit, and what is done before the first of it is written. */
export type Due = Pick<ApplyInput, 'inventory' | 'isDue' | 'renewCharts'> &
  Pick<ApplyRevisionPorts, 'saveIntents'> & {
    /** Called for each object that is another GitSync's, and that the account may write. */
    readonly onAsk: (id: string, owner: string) => void;
  };

/** Applies what is due of what a commit holds. */
export async function applyDue(
  pass: SyncPass,
  settings: SyncSettings,
  { remote, revision }: SyncSource,
  { documents, facts, charts }: Documents,
  ports: BringInPorts,
  { inventory, isDue, renewCharts, saveIntents, onAsk }: Due,
): Promise<ApplyEnd> {
  const { signal } = pass;
  const { commit } = revision;
  const from = pass.status().appliedRevision?.split(':').at(-1);
  const { discovery, stage } = ports.actingAs(settings.account);
  return await applyRevision(
    { settings, documents, charts, renewCharts, inventory, commit, isDue },
    {
      discovery,
      digestKey: ports.digestKey,
      trailAt: createTrailAt(ports.git, remote, { commit, facts }, signal),
      findBroughtBy: () => findBroughtBy(ports.git, remote, { from, to: commit }, signal),
      stage: {
        ...stage,
        manager: syncFieldManager(settings.key),
        account: settings.account,
        forceConflicts: settings.forceConflicts,
        isFree: async (owner, id, given) => {
          const isFree = await ports.isFree(pass.key, owner, id, given);
          if (!isFree) onAsk(formatId(id), owner);
          return isFree;
        },
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
