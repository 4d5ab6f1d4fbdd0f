import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** The Prometheus that the person has chosen at the top of the dashboard. */
export const METRICS = { type: 'prometheus', uid: '${datasource}' };

export interface Query {
  readonly expr: string;
  /** With `{{label}}` in it; what stands in the legend, or above a number. */
  readonly legend?: string;
  readonly ref?: string;
}

export function instantOf(query: Query): DataqueryBuilder {
  return target(query).instant();
}

export function rangeOf(query: Query): DataqueryBuilder {
  return target(query).range();
}

export function tableOf(query: Query): DataqueryBuilder {
  return target(query).instant().format(PromQueryFormat.Table);
}

function target({ expr, legend, ref = 'A' }: Query): DataqueryBuilder {
  const query = new DataqueryBuilder().expr(expr).refId(ref).datasource(METRICS);
  return legend === undefined ? query : query.legendFormat(legend);
}

/** Several queries of one panel, by rising letters. */
export function lettered(...queries: readonly Query[]): readonly Query[] {
  return queries.map((query, at) => ({ ...query, ref: String.fromCharCode('A'.charCodeAt(0) + at) }));
}

/** A number that is 0 where there is nothing to count. */
export function orZero(expr: string): string {
  return `${expr} or vector(0)`;
}
