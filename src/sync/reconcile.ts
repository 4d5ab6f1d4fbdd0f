import { asOperatorError, describe } from '../api/errors.ts';
import type { GitSync } from '../api/gitsync/git-sync.ts';
import { type SyncSettings, syncSettingsOf } from '../api/gitsync/settings.ts';
import { SYNC_RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import { backoffMs } from '../kube/backoff.ts';
import { isForbidden } from '../kube/errors.ts';
import type { FinalizerPorts } from '../kube/finalizers.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { Lifeline } from '../kube/vigil.ts';
import { bringIn } from './bring-in.ts';
import { type CheckedSignature, checkSignature, type CheckSignaturePorts } from './check-signature.ts';
import { holdIfNeeded } from './deletion-policy.ts';
import { isSettled } from './decide/is-settled.ts';
import type { BringInEnd, BringInFailed } from './end.ts';
import type { ExchangePorts } from './exchange.ts';
import { expectObjects } from './expect-objects.ts';
import { lookAfter, type LookAfterPorts } from './look-after.ts';
import { createSyncPass, type SyncPass, type SyncPassPorts } from './pass.ts';
import { type FailPorts, recordFailure } from './record/fail.ts';
import { sourceAway, sourceBack } from './record/source.ts';
import type { FailureCount } from './failure-count.ts';
import { findSource } from './source.ts';

export type SyncPorts = SyncPassPorts &
  LookAfterPorts &
  CheckSignaturePorts &
  FailPorts &
  ExchangePorts &
  FinalizerPorts<GitSync> & {
    /** An interval as it is waited for, with jitter. */
    readonly spread: (intervalMs: number) => number;
    /** In a row, by GitSync: no status is written for each. */
    readonly sourceFailures: FailureCount;
    /** How long ago somebody has told of news in the repository; undefined if nobody has since this was asked last. */
    readonly takeNews: (key: string) => number | undefined;
    /** Has others that read the same repository look for the revision now. */
    readonly tellNews: (sync: GitSync, revision: string) => void;
  };

/** What the list of refs may miss of an interval: the pass comes a little earlier than that at times. */
const PART_OF_INTERVAL = 0.5;

/** Shorter than any pause after a failure: what was known before it says nothing of news that it kept from being seen. */
const AFTER_FAILURE_MS = 2_000;

/** One pass over one GitSync: the commit that it means, what that holds, and the cluster made to be so. */
export async function reconcile(
  read: GitSync,
  ports: SyncPorts,
  signal: AbortSignal,
  lifeline: Lifeline,
): Promise<Outcome> {
  let pass = createSyncPass(read, ports, signal, lifeline);
  let settings: SyncSettings;
  try {
    settings = syncSettingsOf(read);
  } catch (caught) {
    const error = asOperatorError(caught);
    await recordFailure(pass, { step: 'spec', cause: describe(error), retry: false }, ports);
    return { kind: 'stalled', cause: describe(error) };
  }
  if (settings.suspend) return { kind: 'done' };
  const held = await holdIfNeeded(read, settings, ports, signal);
  if (held !== read) pass = createSyncPass(held, ports, signal, lifeline);
  const token = read.metadata.annotations?.[SYNC_RECONCILE_AT_ANNOTATION];
  const asked = token !== undefined && token !== pass.status().lastHandledReconcileAt;
  const followed = await follow(pass, settings, asked, ports);
  if (followed.kind === 'waiting') return { kind: 'wait', ms: followed.ms };
  if (asked) await pass.save((status) => ({ ...status, lastHandledReconcileAt: token }));
  return followed;
}

/** Not done yet, and nothing is wrong. */
type Waiting = Extract<BringInEnd, { kind: 'waiting' }>;

async function follow(
  pass: SyncPass,
  settings: SyncSettings,
  asked: boolean,
  ports: SyncPorts,
): Promise<Outcome | Waiting> {
  const { signal } = pass;
  const unhealed = await unlessForbidden(pass, () => lookAfter(pass, settings, ports));
  const maxAgeMs = maxAgeOf(pass, settings, asked, ports);
  let checked: CheckedSignature;
  try {
    checked = await ports.tracer.span('fetch', {}, async () => {
      const found = await findSource(settings, ports, { maxAgeMs, signal });
      return await checkSignature(pass, settings, found, ports);
    });
  } catch (caught) {
    signal.throwIfAborted();
    return await sourceFailed(pass, settings, caught, ports);
  }
  ports.sourceFailures.forget(pass.key);
  const { shown } = checked.source.revision;
  if (pass.status().attemptedRevision !== shown) ports.tellNews(pass.sync(), shown);
  const ms = ports.spread(settings.intervalMs);
  if (checked.kind === 'refused') {
    ports.readings.unreadable(pass.key, shown, pass.generation);
    if (checked.isTold && !asked) return { kind: 'wait', ms };
    return await bringInFailed(pass, checked.failure, shown, ms, ports);
  }
  const { source } = checked;
  const seen = { ...pass.sync(), status: pass.status() };
  const isRefused = seen.status.failure?.step === 'verify' && seen.status.failure.revision === shown;
  if (!asked && !isRefused && isSettled(seen, shown, pass.now())) {
    if (unhealed !== undefined && seen.status.appliedRevision === shown) {
      // What keeps it is in the cluster, and may go as it came.
      return await bringInFailed(pass, { ...unhealed, retry: true }, shown, ms, ports);
    }
    await pass.save(sourceBack);
    return { kind: 'wait', ms };
  }
  const wish = { everything: asked, drifted: ports.watches.drifted(pass.key) };
  const end = await unlessForbidden<BringInEnd>(pass, async () => {
    const ended = await bringIn(pass, settings, source, wish, ports);
    if (ended.inventory !== undefined) await expectObjects(pass, settings, ended.inventory, ports);
    return ended;
  });
  if (end.kind === 'waiting') return end;
  return end.kind === 'done' ? { kind: 'wait', ms } : await bringInFailed(pass, end, shown, ms, ports);
}

/** How old the list of refs may be. */
function maxAgeOf({ key }: SyncPass, { intervalMs }: SyncSettings, asked: boolean, ports: SyncPorts): number {
  const newsAgeMs = ports.takeNews(key) ?? Number.POSITIVE_INFINITY;
  if (asked) return 0;
  const afterFailureMs = ports.sourceFailures.has(key) ? AFTER_FAILURE_MS : Number.POSITIVE_INFINITY;
  return Math.min(intervalMs * PART_OF_INTERVAL, newsAgeMs, afterFailureMs);
}

/** What the account lacks even to be asked for the kinds of the cluster; what it may do with objects they tell themselves. */
async function unlessForbidden<T>({ signal }: SyncPass, work: () => Promise<T>): Promise<T | BringInFailed> {
  try {
    return await work();
  } catch (caught) {
    signal.throwIfAborted();
    if (!isForbidden(caught)) throw caught;
    return { kind: 'failed', step: 'rights', cause: describe(caught), retry: true };
  }
}

/** Looked at again after the interval at the latest: there may be another commit. */
async function bringInFailed(
  pass: SyncPass,
  { kind: _kind, inventory: _inventory, ...failure }: BringInFailed,
  revision: string,
  intervalMs: number,
  ports: FailPorts,
): Promise<Outcome> {
  const ms = await recordFailure(pass, { ...failure, revision }, ports);
  return { kind: 'retry', ms: Math.min(ms ?? Number.POSITIVE_INFINITY, intervalMs) };
}

/** The cluster is left as it is, however long it lasts. */
async function sourceFailed(
  pass: SyncPass,
  { intervalMs }: SyncSettings,
  caught: unknown,
  ports: SyncPorts,
): Promise<Outcome> {
  const error = asOperatorError(caught);
  const failures = ports.sourceFailures.count(pass.key);
  if (pass.status().sourceFailingSince === undefined) {
    pass.log.error('the repository cannot be read', { cause: describe(error) });
    ports.events.record({
      ...{ regarding: pass.sync(), type: 'Warning', reason: 'SourceUnavailable', message: describe(error) },
    });
  }
  await pass.save(sourceAway(error));
  return { kind: 'retry', ms: Math.min(backoffMs(failures, ports.random), ports.spread(intervalMs)) };
}
