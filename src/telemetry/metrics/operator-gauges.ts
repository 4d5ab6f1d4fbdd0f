import { type Family, gaugeFamily, type Sample } from './exposition.ts';
import type { Reading } from './sources.ts';

/** `helm_release_operator_*`: what the operator has in hand now. */
export const OPERATOR_GAUGES: readonly Family[] = [
  gauge('leader', '1 if this replica of the operator is the one that works, else 0.', ({ leading }) => [
    [{}, leading ? 1 : 0],
  ]),
  gauge('queue_length', 'HelmReleases waiting for a worker.', ({ queue }) => [[{}, queue.length]]),
  gauge(
    'queue_oldest_seconds',
    'How long the HelmRelease that has waited longest is waiting for a worker.',
    ({ queue }) => [[{}, queue.oldestSeconds]],
  ),
  gauge('passes_running', 'HelmReleases that a pass is looking at now.', ({ queue }) => [
    [{}, queue.working],
  ]),
  gauge('helm_slots', 'helm processes that may run at a time: --workers for each pool.', ({ helm }) =>
    helm.map(({ pool, slots }) => [{ pool }, slots]),
  ),
  gauge('helm_processes_running', 'helm processes running now.', ({ helm }) =>
    helm.map(({ pool, running }) => [{ pool }, running]),
  ),
  gauge('helm_processes_waiting', 'Actions waiting for a slot to run helm in.', ({ helm }) =>
    helm.map(({ pool, waiting }) => [{ pool }, waiting]),
  ),
  gauge('chart_sources', 'Chart sources in use.', ({ chartSources }) =>
    chartSources.map(({ kind, count }) => [{ kind }, count]),
  ),
  gauge('chart_sources_failing', 'Chart sources whose last fetch failed.', ({ chartSources }) =>
    chartSources.map(({ kind, failing }) => [{ kind }, failing]),
  ),
  gauge(
    'chart_source_oldest_seconds',
    'Time since the last good fetch of the chart source for which that is longest.',
    ({ chartSources }) => chartSources.map(({ kind, oldestSeconds }) => [{ kind }, oldestSeconds]),
  ),
  gauge(
    'resync_interval_seconds',
    'How often every HelmRelease is looked at, changed or not: --charts-sync-interval; there is no series if never.',
    ({ resyncSeconds }) => (resyncSeconds === undefined ? [] : [[{}, resyncSeconds]]),
  ),
  gauge(
    'notifications_waiting',
    'Outcomes that wait to be sent to notifiers, and changes of alerts that an Alertmanager was not told of yet.',
    ({ notifications }) => notifications.map(({ kind, count }) => [{ kind }, count]),
  ),
  gauge('informer_objects', 'Objects in an informer.', ({ informers }) =>
    informers.map(({ resource, objects }) => [{ resource }, objects]),
  ),
  gauge('informer_connected', '1 if the watch of an informer is open, else 0.', ({ informers }) =>
    informers.map(({ resource, connected }) => [{ resource }, connected ? 1 : 0]),
  ),
];

function gauge(name: string, help: string, samples: (reading: Reading) => readonly Sample[]): Family {
  return gaugeFamily(`helm_release_operator_${name}`, help, samples);
}
