/** How often the operator has looked at a HelmRelease since it started. */
export async function passes(operatorUrl: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(`${operatorUrl}/metrics`, { signal });
  return sumOf(await response.text(), /pass_duration_seconds_count$/);
}

/** The sum of all samples of the metric, in Prometheus' text format. */
export function sumOf(exposition: string, metric: RegExp): number {
  let sum = 0;
  for (const line of exposition.split('\n')) {
    const [, name = '', value] = /^([a-z_:][\w:]*)(?:\{.*\})? (\S+)$/i.exec(line) ?? [];
    if (metric.test(name)) sum += Number(value);
  }
  return sum;
}
