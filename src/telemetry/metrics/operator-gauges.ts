import { type Family, gaugeFamily, type Sample } from './exposition.ts';
import type { Reading } from './sources.ts';

/** `helm_release_operator_*`: what the operator has in hand now. */
export const OPERATOR_GAUGES: readonly Family[] = [
  gauge('queue_length', 'HelmReleases waiting for a worker.', ({ queue }) => [[{}, queue.length]]),
  gauge(
    'queue_oldest_seconds',
    'How long the HelmRelease that has waited longest is waiting for a worker.',
    ({ queue }) => [[{}, queue.oldestSeconds]],
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
