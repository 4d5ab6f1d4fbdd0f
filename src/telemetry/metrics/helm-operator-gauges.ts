import { type Family, gaugeFamily } from './exposition.ts';
import type { HelmPoolState } from './sources.ts';

const CONDITION_VALUES: Readonly<Record<string, number>> = { True: 1, Unknown: 0, False: -1 };

/** Charts are packed for no release in particular. */
function waitingForHelm(pools: readonly HelmPoolState[]): number {
  return pools.reduce((sum, { pool, waiting }) => (pool === 'package' ? sum : sum + waiting), 0);
}

/** The gauges of Helm Operator 1.4.4, by which people's dashboards and alert rules ask. */
export const HELM_OPERATOR_GAUGES: readonly Family[] = [
  gaugeFamily(
    'flux_helm_operator_release_count',
    'Number of HelmReleases that the operator manages.',
    ({ releases }) => [[{}, releases.length]],
  ),
  gaugeFamily(
    'flux_helm_operator_release_queue_length_count',
    'Number of HelmReleases waiting for a worker, or for their turn to run helm.',
    ({ queue, helm }) => [[{}, queue.length + waitingForHelm(helm)]],
  ),
  gaugeFamily(
    'flux_helm_operator_release_condition_info',
    'Current status of each condition of a release: 1 is True, 0 is Unknown, -1 is False.',
    function* ({ releases }) {
      const shown = new Set<string>();
      for (const { owner, targetNamespace, releaseName, conditions } of releases) {
        // While ownership is handed over two may claim it; the same series twice would be an error.
        if (!owner || shown.has(`${targetNamespace}/${releaseName}`)) continue;
        shown.add(`${targetNamespace}/${releaseName}`);
        for (const { type, status } of conditions) {
          const labels = { target_namespace: targetNamespace, release_name: releaseName, condition: type };
          yield [labels, CONDITION_VALUES[status] ?? 0];
        }
      }
    },
  ),
  gaugeFamily(
    'flux_git_ready',
    '1 if no Git repository that charts come from failed at its last fetch, else 0.',
    ({ chartSources }) => [
      [{}, chartSources.some(({ kind, failing }) => kind === 'git' && failing > 0) ? 0 : 1],
    ],
  ),
];
