import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { uninstallSettingsOf } from '../api/settings.ts';
import type { Helm } from '../helm/helm.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import { recordFailure } from './record/fail.ts';
import { removeFinalizer } from './act/finalizer.ts';
import type { FinalizerPorts } from './act/finalizer.ts';
import type { ClaimPorts } from './act/claim.ts';
import type { Outcome } from './outcome.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';
import type { ReadPayload } from './observe/payloads.ts';
import type { Revisions } from './observe/revisions.ts';
import type { StatusWriter } from './record/status-writer.ts';
import type { Surroundings } from './observe/surroundings.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface RemovePorts extends FinalizerPorts, ClaimPorts {
  readonly helm: Pick<Helm, 'uninstall'>;
  readonly readPayload: ReadPayload;
  readonly revisions: Revisions;
  readonly surroundings: Surroundings;
  readonly writeStatus: StatusWriter;
  readonly clock: Clock;
  readonly log: Logger;
}

const RUN_LIMIT_MS = 120_000;
const MAX_HOOK_WAITS = 10;

/** Ends what a deleted HelmRelease stood for: uninstalls its release, or leaves it, and lets the object go. */
export async function remove(
  release: HelmRelease,
  ports: RemovePorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const pass = createPass(release, ports, signal);
  const records = await ports.revisions.fresh(pass.target, signal);
  const why = await reasonToLeave(pass, records, ports);
  if (why === undefined) {
    const failed = await uninstall(pass, records, ports);
    if (failed !== undefined) return failed;
  } else {
    pass.log.info('leaving the release in place', { reason: why });
  }
  await removeFinalizer(pass.release(), ports, signal);
  ports.revisions.forget(pass.target);
  return { kind: 'done' };
}

async function reasonToLeave(
  pass: Pass,
  records: readonly RevisionRecord[],
  ports: RemovePorts,
): Promise<string | undefined> {
  const newest = records.at(-1);
  if (newest === undefined) return 'there is none';
  if (pass.release().spec.suspend === true) return 'spec.suspend is set';
  const owner = newest.marks.owner;
  if (owner !== undefined && owner !== ports.marks.owner(pass.key))
    return 'it belongs to another HelmRelease';
  if (owner === undefined && pass.status().phase === undefined) return 'this HelmRelease never managed it';
  const heir = ports
    .claimantsOf(pass.target)
    .find((other) => keyOf(other) !== pass.key && other.metadata.deletionTimestamp === undefined);
  if (heir !== undefined) return `HelmRelease ${keyOf(heir)} stands for it too and takes it over`;
  if (await ports.surroundings.isCrdTerminating(pass.release(), pass.signal)) {
    return 'the CustomResourceDefinition of HelmRelease is being deleted, which must not end a fleet of releases';
  }
  return undefined;
}

/** Undefined when the release is gone. */
async function uninstall(
  pass: Pass,
  records: readonly RevisionRecord[],
  ports: RemovePorts,
): Promise<Outcome | undefined> {
  const { target, signal, log } = pass;
  const { timeoutMs } = uninstallSettingsOf(pass.release());
  const terminating = await ports.surroundings.isNamespaceTerminating(target.namespace, signal);
  const newest = records.at(-1)?.revision ?? 0;
  const payload = terminating ? undefined : await ports.readPayload(target, newest, signal);
  const hooked = payload?.hasHooks === true;
  log.info('running uninstall');
  const outcome = await ports.helm.uninstall(
    {
      namespace: target.namespace,
      name: target.releaseName,
      timeoutMs,
      limitMs: RUN_LIMIT_MS + (hooked ? MAX_HOOK_WAITS * timeoutMs : 0),
      noHooks: terminating,
      pool: hooked ? 'slow' : 'fast',
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
  if (outcome.kind === 'ok') return { kind: 'wait', ms: 1_000 };
  const doing = `uninstalling release ${formatTarget(target)} failed (to let this object go and keep the release, set spec.suspend to true)`;
  const ms = await recordFailure(pass, { step: 'uninstall', error: outcome.error, doing }, ports);
  return { kind: 'retry', ms: ms ?? 60_000, error: outcome.error };
}
