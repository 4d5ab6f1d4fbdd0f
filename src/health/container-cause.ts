import { type Finding, RANKS } from './finding.ts';
import type { ContainerSpec, ContainerStatus, Terminated } from './pod.ts';
import { lastCause, oneLine } from './text.ts';

/** What the kubelet reports about the container beside its status, by what it is about. */
export interface ContainerReports {
  readonly imagePull: string | undefined;
  readonly readiness: string | undefined;
  readonly liveness: string | undefined;
  readonly startup: string | undefined;
}

export interface ContainerView {
  /** `container web` or `init container migrate`. */
  readonly title: string;
  readonly spec: ContainerSpec | undefined;
  readonly status: ContainerStatus;
  readonly reports: ContainerReports;
}

const PULL_REASONS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
/** The message comes from the container runtime, not from the program: it could not even begin. */
const START_REASONS: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'RunContainerError']);
const NOT_YET: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Why this container keeps its pod from being ready; undefined if it does not. */
export function containerCause(view: ContainerView): Finding | undefined {
  const { status } = view;
  const { waiting, running, terminated } = status.state ?? {};
  if (waiting !== undefined) return waitingCause(view, waiting.reason ?? '', waiting.message ?? '');
  if (terminated !== undefined) return terminatedCause(view, terminated);
  if (running !== undefined && status.ready !== true) return runningCause(view);
  return undefined;
}

function waitingCause(view: ContainerView, reason: string, message: string): Finding | undefined {
  const { title, spec, status } = view;
  const image = `"${status.image !== undefined && status.image !== '' ? status.image : (spec?.image ?? '')}"`;
  if (PULL_REASONS.has(reason)) {
    return broken(
      `${title} cannot pull image ${image} (${pullReason(reason, message, view.reports.imagePull)})`,
    );
  }
  if (reason === 'InvalidImageName') return broken(`${title} has an invalid image name: ${image}`);
  if (reason === 'CreateContainerConfigError')
    return broken(`${title} cannot be configured: ${oneLine(message)}`);
  if (reason === 'CrashLoopBackOff') return crashCause(view, status.lastState?.terminated);
  if (START_REASONS.has(reason)) return broken(`${title} cannot be started: ${startReason(message)}`);
  if (reason === 'CreateContainerError') return broken(`${title} cannot be created: ${lastCause(message)}`);
  // A container that ran before waits for its restart: the way it ended says more than the wait.
  if (status.lastState?.terminated !== undefined) return crashCause(view, status.lastState.terminated);
  if (reason === '' || NOT_YET.has(reason)) {
    return {
      rank: RANKS.starting,
      text: `${title} has not been started yet (${reason === '' ? 'Waiting' : reason})`,
    };
  }
  const detail = message === '' ? reason : `${reason}: ${lastCause(message)}`;
  return broken(`${title} is waiting (${detail})`);
}

/**
 * The kubelet alternates between ErrImagePull, with the reason, and ImagePullBackOff, of old ones without it: one name
 * for both, so that the sentence does not change with every try.
 */
function pullReason(reason: string, message: string, reported: string | undefined): string {
  const name = reason === 'ImagePullBackOff' ? 'ErrImagePull' : reason;
  const withReason =
    message.startsWith('Back-off pulling image') && !message.includes(': ') ? reported : message;
  return withReason === undefined || withReason === '' ? name : `${name}: ${lastCause(withReason)}`;
}

function startReason(message: string): string {
  const start = message.lastIndexOf('exec: ');
  return oneLine((start < 0 ? lastCause(message) : message.slice(start)).replace(/: unknown$/, ''));
}

function terminatedCause(view: ContainerView, terminated: Terminated): Finding | undefined {
  if (terminated.exitCode === 0) return undefined;
  if ((view.status.restartCount ?? 0) > 0) return crashCause(view, terminated);
  if (isFailedStart(terminated)) return crashCause(view, terminated);
  return { rank: RANKS.ended, text: `${view.title} ended with ${exit(terminated)}` };
}

function crashCause({ title, reports }: ContainerView, last: Terminated | undefined): Finding {
  const probe = last === undefined || wasKilled(last) ? failedProbe(reports) : undefined;
  if (probe !== undefined) return broken(`${title} is restarted again and again: ${probe}`);
  if (last === undefined) return broken(`${title} keeps crashing`);
  if (isFailedStart(last)) return broken(`${title} cannot be started: ${startReason(last.message ?? '')}`);
  return broken(`${title} keeps ${last.exitCode === 0 ? 'ending' : 'crashing'}: last ${exit(last)}`);
}

/** Ends that can be the kubelet's doing: by SIGKILL, by SIGTERM, or because the program heeded the latter. */
function wasKilled({ exitCode, reason }: Terminated): boolean {
  return (exitCode === 137 || exitCode === 143 || exitCode === 0) && reason !== 'OOMKilled';
}

function failedProbe({ liveness, startup }: ContainerReports): string | undefined {
  if (liveness !== undefined) return `liveness probe failed: ${liveness}`;
  return startup === undefined ? undefined : `startup probe failed: ${startup}`;
}

/** A program's own last words (`message`) stay out: they may be a piece of its log. */
function exit({ exitCode, reason, signal }: Terminated): string {
  const code = `exit code ${String(exitCode)}`;
  if (reason !== undefined && reason !== 'Error' && reason !== '') return `${code} (${reason})`;
  return signal === undefined || signal === 0 ? code : `${code} (signal ${String(signal)})`;
}

function isFailedStart({ reason, message }: Terminated): boolean {
  return START_REASONS.has(reason ?? '') && (message ?? '') !== '';
}

function runningCause(view: ContainerView): Finding {
  const { title, spec, status, reports } = view;
  if ((status.restartCount ?? 0) > 0 && (status.lastState?.terminated?.exitCode ?? 0) !== 0) {
    return crashCause(view, status.lastState?.terminated);
  }
  if (status.started === false && spec?.startupProbe !== undefined)
    return unready(title, 'startup', reports.startup);
  if (spec?.readinessProbe !== undefined) return unready(title, 'readiness', reports.readiness);
  return { rank: RANKS.unready, text: `${title} is running but not ready` };
}

function unready(title: string, probe: string, report: string | undefined): Finding {
  const detail =
    report === undefined ? `its ${probe} probe does not succeed` : `${probe} probe failed: ${report}`;
  return { rank: RANKS.unready, text: `${title} is running but not ready: ${detail}` };
}

function broken(text: string): Finding {
  return { rank: RANKS.broken, text };
}
