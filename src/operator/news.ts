import type { Charts } from '../charts/charts.ts';
import type { ChartSource } from '../charts/chart.ts';
import { repositoryKey } from '../git/repository-key.ts';
import type { Push } from '../server/hooks/push.ts';
import type { Syncs } from './sync.ts';

/** Has just those sources looked at that a push names, however their addresses are written. */
export function createNews(
  charts: Pick<Charts, 'refresh'>,
  syncs: Pick<Syncs, 'refresh'>,
  onTrouble: (caught: unknown) => void,
): (push: Push) => void {
  const refresh = (matches: (source: ChartSource) => boolean): void => {
    charts.refresh(matches).catch(onTrouble);
  };
  return (push) => {
    switch (push.kind) {
      case 'ignore':
        return;
      case 'repository': {
        const keys = new Set(push.urls.map(repositoryKey));
        keys.delete(undefined);
        syncs.refresh(({ spec }) => keys.has(repositoryKey(spec.url)));
        refresh((source) => source.kind === 'git' && keys.has(repositoryKey(source.url)));
        return;
      }
      case 'registry': {
        const keys = new Set(push.references.map(registryKey));
        refresh((source) => source.kind === 'oci' && keys.has(registryKey(source.url)));
      }
    }
  };
}

/** What the spellings of one repository of a registry have in common: scheme, tag, digest, the usual port and case do not count. */
function registryKey(reference: string): string {
  return reference
    .toLowerCase()
    .replace(/^oci:\/\//, '')
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/\/+$/, '')
    .replace(/^([^/]*):443\//, '$1/');
}
