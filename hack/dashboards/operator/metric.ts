const OUR = 'helm_release_operator_';

/** The replicas that the person has chosen. */
export const AT = 'instance=~"$instance"';

export function metric(name: string, ...matchers: readonly string[]): string {
  return `${OUR}${name}{${[AT, ...matchers].join(',')}}`;
}

export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`;
}

export function percentile(quantile: number, histogram: string, ...by: readonly string[]): string {
  const buckets = `sum by (${['le', ...by].join(', ')}) (${rate(metric(`${histogram}_bucket`))})`;
  return `histogram_quantile(${String(quantile)}, ${buckets})`;
}
