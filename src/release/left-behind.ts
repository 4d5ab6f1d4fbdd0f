import { asOperatorError, describe } from '../api/errors.ts';
import type { FormerRelease, HelmRelease, HelmReleaseStatus } from '../api/helm-release.ts';
import { UNINSTALL_LEFT_BEHIND_ANNOTATION } from '../api/names.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { kubeTime } from '../api/time.ts';
import { isForbidden, unlessForbidden } from '../kube/errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Random } from '../telemetry/clock.ts';
import { actorOf } from './actor.ts';
import type { Acting } from './actor.ts';
import { standsInTheWay } from './act/left-behind-conflict.ts';
import { backoffMs } from '../kube/backoff.ts';
import { logOf } from './leave.ts';
import type { Revisions } from './observe/revisions.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';
import {
  leftBehindOf,
  withoutLeftBehind,
  withSaid,
  withUninstalled,
  withUninstalledOnly,
  withUninstallFailure,
} from './record/left-behind.ts';
import { uninstallRelease } from './uninstall.ts';
import type { Uninstalled, UninstallIntent, UninstallPorts } from './uninstall.ts';

export interface LeftBehindPorts extends UninstallPorts, Acting<LeftBehindPorts> {
  readonly revisions: Revisions;
  readonly events: EventRecorder;
  readonly random: Random;
}

export interface Tidied {
  /** Whether one of them was uninstalled, which may have stood in the way of the new one. */
  readonly uninstalled: boolean;
  /** Until one that could not be uninstalled is to be tried again. */
  readonly retryMs?: number;
}

/** Forgets the releases left behind that are gone or have another owner, and uninstalls those that a person names. */
export async function tidyLeftBehind(pass: Pass, given: LeftBehindPorts): Promise<Tidied> {
  const named = namedForUninstall(pass);
  let tidied: Tidied = { uninstalled: false };
  for (const former of leftBehindOf(pass.status())) {
    const isNamed = named.has(formatTarget(former));
    const ports = given.as(actorFor(pass, former, given));
    if (!(await isStillOurs(pass, former, isNamed, ports))) {
      pass.note((status) => withoutLeftBehind(isNamed ? withUninstalled(status, former) : status, former));
    } else if (isNamed && mayGo(pass.status(), former)) {
      const { uninstalled, retryMs } = await tryUninstall(pass, former, ports);
      const soonest = Math.min(tidied.retryMs ?? Infinity, retryMs ?? Infinity);
      tidied = {
        uninstalled: tidied.uninstalled || uninstalled,
        ...(soonest === Infinity ? {} : { retryMs: soonest }),
      };
    }
  }
  return tidied;
}

/** As whom a release that was left behind is looked at, and ended. */
export function actorFor(
  { read }: Pass,
  { account }: Pick<FormerRelease, 'account'>,
  { tenancy }: Pick<Acting<unknown>, 'tenancy'>,
): string | undefined {
  return account ?? actorOf(read, tenancy);
}

/**
 * First the new release works: until then the old one may be all that does. Unless it is what stands in the way of the
 * new one, which a person has been told.
 */
function mayGo(status: HelmReleaseStatus, former: ReleaseTarget): boolean {
  const { operation, deployed, failedInput } = status;
  return operation === undefined && (deployed !== undefined || standsInTheWay(failedInput?.cause, former));
}

/** Those that a deleted HelmRelease leaves behind for good are told of once more. */
export function tellWhatStays(
  pass: Pass,
  stay: readonly ReleaseTarget[],
  { events }: Pick<LeftBehindPorts, 'events'>,
): void {
  if (stay.length === 0) return;
  const releases = stay.map(formatTarget).join(', ');
  const message = `the HelmRelease goes, and these releases that it stood for before stay: ${releases}; whoever does not need them ends them by helm uninstall`;
  pass.log.warn('leaving releases behind', { releases });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'ReleaseLeftBehind', message });
}

/** The watch is believed when it says that all is as it was; anything else the server has to say. */
export async function isStillOurs(
  { key, signal }: Pass,
  target: ReleaseTarget,
  isNamed: boolean,
  { revisions, marks }: Pick<LeftBehindPorts, 'revisions' | 'marks'>,
): Promise<boolean> {
  const owner = marks.owner(key);
  if (revisions.watched(target)?.at(-1)?.marks.owner === owner) return true;
  const records = await unlessForbidden(revisions.fresh(target, signal));
  if (records === 'forbidden') return true;
  const newest = records.at(-1);
  // Of a release that somebody uninstalled, Helm may keep the history: that alone is not worth telling of.
  const isThere = newest !== undefined && (isNamed || newest.status !== 'uninstalled');
  return isThere && newest.marks.owner === owner;
}

/** The releases that a person asks to have uninstalled, as `namespace/name`; no more those for which that was done. */
export function namedForUninstall({ release, status }: Pass): ReadonlySet<string> {
  const { uninstalledLeftBehind: done = [] } = status();
  return new Set([...namesIn(release())].filter((name) => !done.includes(name)));
}

/** What was uninstalled is remembered for as long as the annotation names it: a later release of that name is not meant. */
export function forgetUnnamed(pass: Pass): void {
  const names = namesIn(pass.release());
  pass.note((status) => withUninstalledOnly(status, names));
}

function namesIn({ metadata }: HelmRelease): ReadonlySet<string> {
  const text = metadata.annotations?.[UNINSTALL_LEFT_BEHIND_ANNOTATION] ?? '';
  return new Set(text.split(',').map((each) => each.trim()));
}

/** The rights to its namespace are for a person to give; the release that is meant now does not suffer from it. */
function forbiddenAsFailure(caught: unknown): Uninstalled {
  if (!isForbidden(caught)) throw caught;
  return { kind: 'failed', error: asOperatorError(caught) };
}

async function tryUninstall(pass: Pass, former: FormerRelease, ports: LeftBehindPorts): Promise<Tidied> {
  const dueMs = Date.parse(former.failure?.nextTry ?? '') - pass.now().getTime();
  if (dueMs > 0) return { uninstalled: false, retryMs: dueMs };
  const release = formatTarget(former);
  const intent: UninstallIntent = {
    begunAt: former.uninstalling,
    begin: ({ revision }) => pass.save((status) => withSaid(status, former, { uninstalling: revision })),
  };
  const target = { ...former, account: actorFor(pass, former, ports) };
  const result = await uninstallRelease(pass, target, intent, ports).catch(forbiddenAsFailure);
  const { events, random } = ports;
  switch (result.kind) {
    case 'left':
      await tellKept(pass, former, `release ${release} is not uninstalled: ${result.why}`, ports);
      return { uninstalled: false };
    case 'held':
      await tellKept(pass, former, `release ${release} is not uninstalled yet: ${result.why}`, ports);
      return { uninstalled: false, retryMs: result.ms };
    case 'gone': {
      await pass.save((status) => withoutLeftBehind(withUninstalled(status, former), former));
      ports.revisions.forget(former);
      const message = `release ${release}, which the HelmRelease stood for before, is uninstalled`;
      events.record({ regarding: pass.release(), type: 'Normal', reason: 'LeftBehindUninstalled', message });
      return { uninstalled: true };
    }
    case 'failed': {
      const cause = `uninstalling release ${release} failed: ${describe(result.error)}`;
      const attempts = (former.failure?.attempts ?? 0) + 1;
      const retryMs = backoffMs(attempts, random);
      await pass.save((status, context) =>
        withUninstallFailure(status, former, { cause, attempts, nextTryMs: retryMs }, context),
      );
      logOf(pass, former).error('uninstall failed', { cause, attempts });
      events.record({
        regarding: pass.release(),
        type: 'Warning',
        reason: 'UninstallFailed',
        message: cause,
      });
      return { uninstalled: false, retryMs };
    }
  }
}

/** Nothing has failed, but what a person asked for is not done: that is said, once. */
async function tellKept(
  pass: Pass,
  former: FormerRelease,
  cause: string,
  { events }: Pick<LeftBehindPorts, 'events'>,
): Promise<void> {
  if (former.failure?.cause === cause) return;
  await pass.save((status, { now }) =>
    withSaid(status, former, { failure: { step: 'uninstall', cause, attempts: 1, time: kubeTime(now) } }),
  );
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'LeftBehindKept', message: cause });
}
