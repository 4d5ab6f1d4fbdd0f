import { conditionOf } from '../api/conditions.ts';
import { OperatorError } from '../api/errors.ts';
import type { HelmRelease, HelmReleaseStatus } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { MARK_OWNER_LABEL } from '../api/names.ts';
import { releaseNameProblem } from '../api/release-name.ts';
import { uninstallSettingsOf } from '../api/settings.ts';
import type { Helm } from '../helm/helm.ts';
import type { Slots } from '../helm/slots.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import { recordFailure } from './record/fail.ts';
import { hasFinalizer, removeFinalizer } from './act/finalizer.ts';
import type { FinalizerPorts } from './act/finalizer.ts';
import type { ClaimPorts } from './act/claim.ts';
import type { Outcome } from './outcome.ts';
import { troubled } from './record/conditions.ts';
import { reportingTrouble } from './record/report-trouble.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';
import type { ReadPayload } from './observe/payloads.ts';
import type { Revisions } from './observe/revisions.ts';
import type { StatusWriter } from './record/status-writer.ts';
import type { Surroundings } from './observe/surroundings.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { helmTimeout, runLimit } from './act/limits.ts';

export interface RemovePorts extends FinalizerPorts, ClaimPorts {
  readonly helm: Pick<Helm, 'uninstall'>;
  readonly readPayload: ReadPayload;
  readonly revisions: Revisions;
  readonly slots: Slots;
  /** The HelmRelease as it is known to be now. */
  readonly find: (key: string) => HelmRelease | undefined;
  readonly surroundings: Surroundings;
  readonly writeStatus: StatusWriter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

/** Ends what a deleted HelmRelease stood for: uninstalls its release, or leaves it, and lets the object go. */
export async function remove(
  release: HelmRelease,
  ports: RemovePorts,
  signal: AbortSignal,
): Promise<Outcome> {
  if (!hasFinalizer(release)) return { kind: 'done' };
  const pass = createPass(release, ports, signal);
  // Helm can have made no release of such a name, and the API server refuses to be asked for one.
  const failed =
    releaseNameProblem(release) === undefined
      ? await reportingTrouble(pass, ports.stopping, () => leaveOrUninstall(pass, ports))
      : undefined;
  if (failed !== undefined) return failed;
  await removeFinalizer(pass.release(), ports, signal);
  ports.revisions.forget(pass.target);
  return { kind: 'done' };
}

/** Undefined when the HelmRelease may go. */
async function leaveOrUninstall(pass: Pass, ports: RemovePorts): Promise<Outcome | undefined> {
  const records = await ports.revisions.fresh(pass.target, pass.signal);
  if (await isLeft(pass, records, ports)) return undefined;
  const terminating = await ports.surroundings.isNamespaceTerminating(pass.target.namespace, pass.signal);
  const hooked = !terminating && (await hasHooks(pass, records, ports));
  return await ports.slots.hold(hooked ? 'slow' : 'fast', pass.signal, async () => {
    // The slot may have taken minutes to come, in which the release can have changed hands.
    const now = await ports.revisions.fresh(pass.target, pass.signal);
    if (await isLeft(pass, now, ports)) return undefined;
    return await uninstall(pass, { terminating, hooked }, ports);
  });
}

async function isLeft(pass: Pass, records: readonly RevisionRecord[], ports: RemovePorts): Promise<boolean> {
  const reason = await reasonToLeave(pass, records, ports);
  if (reason !== undefined) pass.log.info('leaving the release in place', { reason });
  return reason !== undefined;
}

async function hasHooks(
  { target, signal }: Pass,
  records: readonly RevisionRecord[],
  { readPayload }: RemovePorts,
): Promise<boolean> {
  const newest = records.at(-1);
  return newest !== undefined && (await readPayload(target, newest, signal))?.hasHooks === true;
}

async function reasonToLeave(
  pass: Pass,
  records: readonly RevisionRecord[],
  ports: RemovePorts,
): Promise<string | undefined> {
  const newest = records.at(-1);
  if (newest === undefined) return 'there is none';
  if ((ports.find(pass.key) ?? pass.release()).spec.suspend === true) return 'spec.suspend is set';
  const owner = newest.marks.owner;
  if (owner !== undefined && owner !== ports.marks.owner(pass.key))
    return 'it belongs to another HelmRelease';
  if (owner === undefined && !hasManaged(pass.status())) return 'this HelmRelease never managed it';
  const heir = heirOf(pass, ports);
  if (heir !== undefined) {
    await handOver(pass, newest, heir, ports);
    return `HelmRelease ${heir} stands for it too and takes it over`;
  }
  if (await ports.surroundings.isCrdTerminating(pass.release(), pass.signal)) {
    return 'the CustomResourceDefinition of HelmRelease is being deleted, which must not end a fleet of releases';
  }
  return undefined;
}

/** Proof that this HelmRelease, or the same under Helm Operator, has deployed the release. */
function hasManaged({ history = [], operation, conditions, revision }: HelmReleaseStatus): boolean {
  return (
    history.length > 0 ||
    operation !== undefined ||
    revision !== undefined ||
    conditionOf(conditions, 'Deployed') !== undefined
  );
}

class LeftoversError extends OperatorError {
  readonly reason = 'UninstallIncomplete';
  readonly retry = 'backoff';
}

const LEFTOVERS_MS = 15_000;

/** Another HelmRelease that stands for the release and stays. */
function heirOf(pass: Pass, { claimantsOf }: RemovePorts): string | undefined {
  const others = claimantsOf(pass.target).filter((other) => keyOf(other) !== pass.key);
  const heir = others.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  return heir === undefined ? undefined : keyOf(heir);
}

async function handOver(
  pass: Pass,
  { revision }: RevisionRecord,
  heir: string,
  { storage, marks }: RemovePorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  const labels = { [MARK_OWNER_LABEL]: marks.owner(heir) };
  await storage.label(namespace, releaseName, revision, labels, pass.signal);
}

/** Undefined when the release is gone. */
async function uninstall(
  pass: Pass,
  { terminating, hooked }: { readonly terminating: boolean; readonly hooked: boolean },
  ports: RemovePorts,
): Promise<Outcome | undefined> {
  const { target, signal, log } = pass;
  const { timeoutMs } = uninstallSettingsOf(pass.release());
  log.info('running uninstall');
  const outcome = await ports.helm.uninstall(
    {
      namespace: target.namespace,
      name: target.releaseName,
      timeoutMs: helmTimeout(timeoutMs),
      limitMs: runLimit(timeoutMs, hooked),
      noHooks: terminating,
      secrets: [],
    },
    signal,
  );
  const left = await ports.revisions.fresh(target, signal);
  const success = left.length === 0 || outcome.kind === 'ok';
  ports.meter.actionEnded(target, { action: 'uninstall', success, seconds: outcome.durationMs / 1000 });
  if (left.length === 0) {
    log.info('uninstall succeeded');
    return undefined;
  }
  if (outcome.kind === 'ok') {
    const error = new LeftoversError('helm uninstall went well, but revisions of the release are left');
    await pass.save((status, context) => troubled(status, error.reason, error.message, true, context));
    return { kind: 'retry', ms: LEFTOVERS_MS, error };
  }
  const doing = `uninstalling release ${formatTarget(target)} failed (to let this object go and keep the release, set spec.suspend to true)`;
  const ms = await recordFailure(pass, { step: 'uninstall', error: outcome.error, doing }, ports);
  return { kind: 'retry', ms: ms ?? 60_000, error: outcome.error };
}
