import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { METRICS } from './queries.ts';

export const datasource = new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus');

/** One value or several. */
export function listed(
  name: string,
  label: string,
  query: string,
  many: 'many' | 'one',
): QueryVariableBuilder {
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .datasource(METRICS)
    .query({ query, refId: 'A' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
  return many === 'many'
    ? variable.multi(true).includeAll(true).current({ text: 'All', value: '$__all' })
    : variable.multi(false).includeAll(false);
}

/** Follows from the others, so nobody has to see it. */
export function derived(name: string, query: string): QueryVariableBuilder {
  return listed(name, name, query, 'one').hide(VariableHide.HideVariable);
}
