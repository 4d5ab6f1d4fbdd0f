import { OperatorError } from '../api/errors.ts';
import { MARK_OWNER_LABEL } from '../api/names.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { uninstallSettingsOf } from '../api/settings.ts';
import type { Helm } from '../helm/helm.ts';
import type { Slots } from '../helm/slots.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import type { Storage } from '../helm/storage/storage.ts';
import { nameOfUser } from '../kube/impersonate.ts';
import { explainHook } from './act/explain.ts';
import type { ExplainHookPorts } from './act/explain.ts';
import { helmTimeout, runLimit } from './act/limits.ts';
import { lacksRights } from './actor.ts';
import { heldBy, lockLimitMs } from './decide/lock.ts';
import { inSlot } from './in-slot.ts';
import { logOf, reasonToLeave } from './leave.ts';
import type { LeaveKnowledge } from './leave.ts';
import { ageOf } from './observe/observe.ts';
import type { ReadPayload } from './observe/payloads.ts';
import type { Revisions } from './observe/revisions.ts';
import type { Surroundings } from './observe/surroundings.ts';
import type { Pass } from './pass.ts';
import { notLosing } from './record/fail.ts';
import { logEnd } from './record/meter.ts';
import type { Meter } from './record/meter.ts';

export interface UninstallPorts extends LeaveKnowledge, ExplainHookPorts {
  readonly helm: Pick<Helm, 'uninstall'>;
  readonly storage: Pick<Storage, 'label'>;
  readonly readPayload: ReadPayload;
  readonly revisions: Pick<Revisions, 'fresh'>;
  readonly slots: Slots;
  readonly surroundings: Pick<Surroundings, 'isCrdTerminating' | 'isNamespaceTerminating'>;
  readonly meter: Pick<Meter, 'actionEnded'>;
}

export type Uninstalled =
  | { readonly kind: 'gone' }
  | { readonly kind: 'left'; readonly why: string }
  /** Somebody else's helm is at it: its lock is too old after `ms`. */
  | { readonly kind: 'held'; readonly why: string; readonly ms: number }
  | { readonly kind: 'failed'; readonly error: OperatorError };

/** A release, and as whom it is worked on: undefined for the operator itself. The ports are by the same rights. */
export type Uninstallable = ReleaseTarget & { readonly account?: string | undefined };

/** What is known, and is to be remembered, of an uninstall that may be cut off. */
export interface UninstallIntent {
  /** The newest revision when we began to uninstall the release before this. */
  readonly begunAt: number | undefined;
  /** Writes down that we begin now. */
  readonly begin: (newest: RevisionRecord) => Promise<void>;
}

/** helm was content, but something of the release is left: trying again soon says more. */
class LeftoversError extends OperatorError {
  readonly reason = 'UninstallIncomplete';
  readonly retry = 'backoff';
}

/**
 * Uninstalls a release that its HelmRelease stands for no more, in a slot for helm, unless there is a reason to leave it. What an
 * account may not do in a namespace that is being deleted nobody has to do: its rights went with it, and all else goes too.
 */
export async function uninstallRelease(
  pass: Pass,
  target: Uninstallable,
  intent: UninstallIntent,
  ports: UninstallPorts,
): Promise<Uninstalled> {
  try {
    const result = await uninstall(pass, target, intent, ports);
    const lost = result.kind === 'failed' ? await lostWith(pass, target, result.error, ports) : undefined;
    return lost ?? result;
  } catch (caught) {
    const lost = await lostWith(pass, target, caught, ports);
    if (lost === undefined) throw caught;
    return lost;
  }
}

/** Undefined unless the rights of the account went with the namespace. */
async function lostWith(
  pass: Pass,
  target: Uninstallable,
  error: unknown,
  { surroundings }: Pick<UninstallPorts, 'surroundings'>,
): Promise<Extract<Uninstalled, { kind: 'left' }> | undefined> {
  const { account, namespace } = target;
  if (account === undefined || !lacksRights(error)) return undefined;
  if (!(await surroundings.isNamespaceTerminating(namespace, pass.signal))) return undefined;
  const why = `namespace ${namespace} is being deleted, and ${nameOfUser(account)} has no rights in it any more`;
  logOf(pass, target).info('leaving the release in place', { reason: why });
  return { kind: 'left', why };
}

async function uninstall(
  pass: Pass,
  target: Uninstallable,
  intent: UninstallIntent,
  ports: UninstallPorts,
): Promise<Uninstalled> {
  const { signal } = pass;
  const records = await ports.revisions.fresh(target, signal);
  const why = await leave(pass, target, records, ports);
  if (why !== undefined) return { kind: 'left', why };
  const held = heldByAnother(pass, records, intent.begunAt);
  if (held !== undefined) return { kind: 'held', ...held };
  const terminating = await ports.surroundings.isNamespaceTerminating(target.namespace, signal);
  const hooked = !terminating && (await hasHooks(pass, target, records, ports));
  return await inSlot(pass, ports.slots, { pool: hooked ? 'slow' : 'fast', urgent: true }, async () => {
    // The slot may have taken minutes to come, in which the release can have changed hands.
    const now = await ports.revisions.fresh(target, signal);
    const whyNow = await leave(pass, target, now, ports);
    if (whyNow !== undefined) return { kind: 'left', why: whyNow };
    const heldNow = heldByAnother(pass, now, intent.begunAt);
    if (heldNow !== undefined) return { kind: 'held', ...heldNow };
    const newest = now.at(-1);
    if (newest !== undefined && newest.revision !== intent.begunAt) await intent.begin(newest);
    return await runHelm(pass, target, { terminating, hooked, revision: newest?.revision }, ports);
  });
}

/** An uninstall that was not finished and is not ours may be under way, as long as it is not too old for that. */
export function heldByAnother(
  pass: Pick<Pass, 'release' | 'now'>,
  records: readonly RevisionRecord[],
  begunAt: number | undefined,
): { readonly why: string; readonly ms: number } | undefined {
  const newest = records.at(-1);
  if (newest?.status !== 'uninstalling' || newest.revision === begunAt) return undefined;
  const { timeoutMs } = uninstallSettingsOf(pass.release());
  const ms = lockLimitMs(timeoutMs) - ageOf(newest, pass.now().getTime());
  return ms <= 0 ? undefined : { why: heldBy({ ...newest, number: newest.revision }), ms };
}

async function leave(
  pass: Pass,
  target: ReleaseTarget,
  records: readonly RevisionRecord[],
  ports: UninstallPorts,
): Promise<string | undefined> {
  const reason = await reasonToLeave(pass, target, records, ports);
  if (reason === undefined) return undefined;
  const newest = records.at(-1);
  if (reason.heir !== undefined && newest !== undefined) {
    const labels = { [MARK_OWNER_LABEL]: ports.marks.owner(reason.heir) };
    const { namespace, releaseName } = target;
    await ports.storage.label(namespace, releaseName, newest.revision, labels, pass.signal);
  }
  logOf(pass, target).info('leaving the release in place', { reason: reason.why });
  return reason.why;
}

async function hasHooks(
  { signal }: Pass,
  target: ReleaseTarget,
  records: readonly RevisionRecord[],
  { readPayload }: UninstallPorts,
): Promise<boolean> {
  const newest = records.at(-1);
  return newest !== undefined && (await readPayload(target, newest, signal))?.hasHooks === true;
}

async function runHelm(
  pass: Pass,
  target: Uninstallable,
  {
    terminating,
    hooked,
    revision,
  }: {
    readonly terminating: boolean;
    readonly hooked: boolean;
    readonly revision: number | undefined;
  },
  ports: UninstallPorts,
): Promise<Uninstalled> {
  const { timeoutMs } = uninstallSettingsOf(pass.release());
  const log = logOf(pass, target);
  const { account: as } = target;
  log.info('running uninstall', as === undefined ? {} : { as });
  const outcome = await ports.helm.uninstall(
    {
      namespace: target.namespace,
      name: target.releaseName,
      as,
      timeoutMs: helmTimeout(timeoutMs),
      limitMs: runLimit(timeoutMs, hooked),
      noHooks: terminating,
      secrets: [],
    },
    pass.signal,
  );
  const ask = () => ports.revisions.fresh(target, pass.signal);
  const left =
    outcome.kind === 'ok'
      ? await ask()
      : await notLosing(pass, { step: 'uninstall', error: outcome.error }, ask);
  const success = left.length === 0 || outcome.kind === 'ok';
  const end = { action: 'uninstall', success, seconds: outcome.durationMs / 1000 } as const;
  ports.meter.actionEnded(target, end);
  logEnd(log, revision, end);
  if (left.length === 0) {
    log.info('uninstall succeeded');
    return { kind: 'gone' };
  }
  if (outcome.kind === 'ok') {
    const error = new LeftoversError('helm uninstall went well, but revisions of the release are left');
    return { kind: 'failed', error };
  }
  const withLogs = pass.release().spec.failureLogs ?? false;
  const hook = { revision: left.at(-1)?.revision, test: false, withLogs, secrets: undefined };
  const error = await explainHook({ target, signal: pass.signal }, outcome.error, hook, ports);
  return { kind: 'failed', error };
}
