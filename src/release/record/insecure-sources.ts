import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { isPlain } from '../../charts/http/proxy.ts';
import { withoutSecrets } from '../../charts/source.ts';
import type { ChartSourceSettings } from '../../api/chart-source.ts';
import type { Plan } from '../plan.ts';

/** Which of the sources could be changed by anybody on the way to us; said for as long as it is so. */
export function insecureSources(
  { insecureSources: _before, ...status }: HelmReleaseStatus,
  { chart, settings }: Pick<Plan, 'chart' | 'settings'>,
): HelmReleaseStatus {
  const values = settings.valuesFrom.flatMap((source) =>
    source.kind === 'url' && URL.canParse(source.url) && isPlain(new URL(source.url)) ? [source.url] : [],
  );
  const found = [
    ...(chart.insecure === true ? [`chart from ${nameOf(settings.source)}`] : []),
    ...values.map((url) => `values from ${withoutSecrets(url)}`),
  ];
  return found.length === 0 ? status : { ...status, insecureSources: found };
}

function nameOf(source: ChartSourceSettings): string {
  return source.kind === 'own-commit' ? 'the repository of its GitSync' : withoutSecrets(source.url);
}
