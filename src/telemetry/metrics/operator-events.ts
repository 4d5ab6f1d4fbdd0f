import { Counter, Histogram, type Registry } from 'prom-client';
import type { ChartSourcesState } from './sources.ts';

/** What the operator counts while it works. */
export interface OperatorEvents {
  /** `outcome` is the kind of the outcome: done, wait, retry, stalled. */
  readonly passEnded: (pass: { readonly outcome: string; readonly seconds: number }) => void;
  /** The same of a pass over a GitSync; `wait` is one after which there is nothing to do before the next interval. */
  readonly syncPassEnded: (pass: { readonly outcome: string; readonly seconds: number }) => void;
  /** A delivery was answered. Neither label may hold a word of it: anybody can send one. */
  readonly webhookEnded: (delivery: { readonly sender: string; readonly result: string }) => void;
  /** An outcome was told a notifier, or will not be; `kind` is that of the notifier. */
  readonly notificationEnded: (notification: { readonly kind: string; readonly result: string }) => void;
  readonly helmStarted: (verb: string) => void;
  readonly helmEnded: (run: {
    readonly verb: string;
    readonly ok: boolean;
    readonly seconds: number;
  }) => void;
  /** A request to a chart source ended, whether or not it brought anything new. */
  readonly chartFetched: (fetch: ChartFetch) => void;
  readonly kubeRequested: (request: KubeRequest) => void;
  /** An informer listed everything anew. */
  readonly relisted: (resource: string) => void;
  /** An informer's watch ended, for whatever reason, and was opened again. */
  readonly watchRestarted: (resource: string) => void;
}

export interface ChartFetch {
  readonly kind: ChartSourcesState['kind'];
  readonly ok: boolean;
  readonly seconds: number;
}

export interface KubeRequest {
  readonly verb: string;
  readonly resource: string;
  /** The HTTP status, or undefined if there was no answer. */
  readonly code: number | undefined;
  readonly seconds: number;
}

/** There from the start with 0, so that the first process shows as an increase. */
const HELM_VERBS = ['install', 'upgrade', 'dry-run', 'rollback', 'uninstall', 'test'];
const SYNC_OUTCOMES = ['done', 'wait', 'retry', 'stalled', 'error'];

export function createOperatorEvents(registry: Registry): OperatorEvents {
  const { passes, helmStarts, helmRuns, fetches, fetchSeconds, requests, requestSeconds, relists, restarts } =
    define(registry);
  const { syncPasses, syncPassSeconds, webhooks, notifications } = defineGitOps(registry);
  for (const verb of HELM_VERBS) helmStarts.inc({ verb }, 0);
  for (const outcome of SYNC_OUTCOMES) syncPasses.inc({ outcome }, 0);
  return {
    passEnded: ({ outcome, seconds }) => {
      passes.observe({ outcome }, seconds);
    },
    syncPassEnded: ({ outcome, seconds }) => {
      syncPasses.inc({ outcome });
      syncPassSeconds.observe({ outcome }, seconds);
    },
    webhookEnded: ({ sender, result }) => {
      webhooks.inc({ sender, result });
    },
    notificationEnded: ({ kind, result }) => {
      notifications.inc({ kind, result });
    },
    helmStarted: (verb) => {
      helmStarts.inc({ verb });
    },
    helmEnded: ({ verb, ok, seconds }) => {
      helmRuns.observe({ verb, result: resultOf(ok) }, seconds);
    },
    chartFetched: ({ kind, ok, seconds }) => {
      fetches.inc({ kind, result: resultOf(ok) });
      fetchSeconds.observe({ kind }, seconds);
    },
    kubeRequested: ({ verb, resource, code, seconds }) => {
      requests.inc({ verb, resource, code: code?.toString() ?? 'error' });
      requestSeconds.observe({ verb }, seconds);
    },
    relisted: (resource) => {
      relists.inc({ resource });
    },
    watchRestarted: (resource) => {
      restarts.inc({ resource });
    },
  };
}

function resultOf(ok: boolean): 'ok' | 'error' {
  return ok ? 'ok' : 'error';
}

const PASS_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

function define(registry: Registry) {
  const { counter, histogram } = makers(registry);
  return {
    passes: histogram(
      'pass_duration_seconds',
      'Passes over a HelmRelease, by how they ended: done, wait, retry, stalled.',
      ['outcome'],
      PASS_BUCKETS,
    ),
    helmStarts: counter('helm_processes_started_total', 'helm processes started, by verb.', ['verb']),
    helmRuns: histogram(
      'helm_process_duration_seconds',
      'helm processes that ended, by verb and result (ok or error).',
      ['verb', 'result'],
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    ),
    fetches: counter('chart_fetches_total', 'Fetches from chart sources, by result (ok or error).', [
      'kind',
      'result',
    ]),
    fetchSeconds: histogram(
      'chart_fetch_duration_seconds',
      'How long fetches from chart sources took.',
      ['kind'],
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60],
    ),
    requests: counter(
      'kube_requests_total',
      'Requests to the API server; the code is error if none answered.',
      ['verb', 'resource', 'code'],
    ),
    requestSeconds: histogram(
      'kube_request_duration_seconds',
      'How long requests to the API server took.',
      ['verb'],
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    ),
    relists: counter('informer_relists_total', 'Full lists that informers made.', ['resource']),
    restarts: counter('informer_watch_restarts_total', 'Watches that informers opened again.', ['resource']),
  };
}

function defineGitOps(registry: Registry) {
  const { counter, histogram } = makers(registry);
  return {
    syncPasses: counter(
      'gitsync_passes_total',
      'Passes over a GitSync, by how they ended: wait (nothing to do before the next interval), retry, stalled, done (suspended or deleted), error.',
      ['outcome'],
    ),
    syncPassSeconds: histogram(
      'gitsync_pass_duration_seconds',
      'How long passes over a GitSync took, by how they ended.',
      ['outcome'],
      PASS_BUCKETS,
    ),
    webhooks: counter('webhooks_total', 'Deliveries of webhooks, by type of the receiver and result.', [
      'sender',
      'result',
    ]),
    notifications: counter(
      'notifications_total',
      'Outcomes for notifiers, by kind of the notifier and result: sent, failed (refused, or tried for too long), dropped (only counted in a message).',
      ['kind', 'result'],
    ),
  };
}

function makers(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `helm_release_operator_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => new Histogram({ name: `helm_release_operator_${name}`, help, labelNames, buckets, registers });
  return { counter, histogram };
}
