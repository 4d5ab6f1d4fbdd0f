import type { Column } from '../table.ts';

/** Which release a row is of, with a way to its own dashboard. */
export const RELEASE_COLUMNS: readonly Column[] = [
  { from: 'namespace', title: 'Namespace' },
  {
    ...{ from: 'name', title: 'HelmRelease' },
    link: {
      title: 'Show this release',
      url: '/d/helm-release-operator-release?var-datasource=${datasource}&var-namespace=${__data.fields.Namespace}&var-name=${__data.fields.HelmRelease}',
    },
  },
];
