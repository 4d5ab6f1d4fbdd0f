import { createMetrics } from '../../src/telemetry/metrics.ts';
import { parseExposition } from '../../test/unit/telemetry/parse-exposition.ts';
import { cell, code, type Row, table } from '../generated/markdown.ts';
import { measureFamilies, type MetricFamily } from './families.ts';
import { LABELS } from './labels.ts';

const COMPATIBLE = /^flux_/;
const AT = 1_000;

/** The reference page of the metrics, in Markdown. */
export async function metricsPage(): Promise<string> {
  const families = await measureFamilies();
  const ofReleases = families.filter(({ name }) => name.startsWith('helmrelease_'));
  const ofSyncs = families.filter(({ name }) => name.startsWith('helm_release_operator_gitsync_'));
  const old = families.filter(({ name }) => COMPATIBLE.test(name));
  const ofOthers = families.filter(({ per }) => per === 'source' || per === 'credential');
  const ofOperator = families.filter(
    (each) => ![ofReleases, ofSyncs, ofOthers, old].some((others) => others.includes(each)),
  );
  return [
    '# Metrics',
    'Written by `npm run metrics` from the metrics in `src/telemetry`; do not edit it here.',
    "`GET /metrics` on the port of `--listen` (3030), in Prometheus' text format. The labels `namespace` and `name` are those of the HelmRelease or GitSync, not of the pod: scrape with `honorLabels: true` (`honor_labels` in a plain configuration), as the ServiceMonitor and PodMonitor of the chart do. [Dashboards](../dashboards.md) are made of these metrics.",
    '## How many series',
    sums(families),
    '## Each HelmRelease',
    table(HEAD, ofReleases.map(row)),
    '## Each GitSync',
    table(HEAD, ofSyncs.map(row)),
    '## Each chart source, each certificate and token',
    table(HEAD, ofOthers.map(row)),
    '## The operator',
    table(HEAD, ofOperator.map(row)),
    '## Names of Helm Operator 1.4.4',
    'Kept for the dashboards and alert rules that people have; their names and labels follow no convention but their own.',
    table(HEAD, old.map(row)),
    '## Labels',
    table(['label', 'values'], labelRows(families)),
    '## The process',
    'What `prom-client` tells of any program on Node.',
    table(['name', 'type', 'unit', 'meaning'], await processRows()),
  ]
    .join('\n\n')
    .concat('\n');
}

const HEAD = ['name', 'type', 'unit', 'labels', 'meaning', 'series'];

function row(family: MetricFamily): Row {
  const { name, type, labels, help } = family;
  return [code(name), type, unitOf(name), labels.map(code).join(', '), cell(help), seriesText(family)];
}

function seriesText({ per, series, atMost }: MetricFamily): string {
  const most = atMost === series ? '' : `, at most ${String(atMost)}`;
  return per === 'operator' ? String(series) : `${String(series)} per ${per}${most}`;
}

export function unitOf(name: string): string {
  if (name.endsWith('_timestamp_seconds')) return 'seconds since 1970';
  if (/_seconds(_total)?$/.test(name)) return 'seconds';
  if (/_bytes(_total)?$/.test(name)) return 'bytes';
  return name.endsWith('_info') ? '' : 'number';
}

function sums(families: readonly MetricFamily[]): string {
  const sum = (per: MetricFamily['per'], key: 'series' | 'atMost', only = /^/): number =>
    families
      .filter((family) => family.per === per && only.test(family.name))
      .reduce((total, family) => total + family[key], 0);
  const text = (value: number): string => value.toLocaleString('en-GB');
  const releases = sum('HelmRelease', 'series');
  const most = sum('HelmRelease', 'atMost');
  const old = sum('HelmRelease', 'series', COMPATIBLE);
  const constant = sum('operator', 'series');
  return [
    table(
      ['', 'series', 'at most'],
      [
        ['per HelmRelease', text(releases), text(most)],
        [
          'of these under the names of Helm Operator',
          text(old),
          text(sum('HelmRelease', 'atMost', COMPATIBLE)),
        ],
        ['per GitSync', text(sum('GitSync', 'series')), text(sum('GitSync', 'atMost'))],
        [
          'per repository or registry of charts',
          text(sum('source', 'series')),
          text(sum('source', 'atMost')),
        ],
        ['per certificate or token', text(sum('credential', 'series')), text(sum('credential', 'atMost'))],
        ['constant', text(constant), ''],
        [
          `**${text(AT)} HelmReleases**`,
          `**${text(AT * releases + constant)}**`,
          `**${text(AT * most + constant)}**`,
        ],
      ],
    ),
    'The first column is a release that was installed and upgraded since the operator started; the second is one for which every action has succeeded and failed at least once. A bucket, sum or count of a histogram is one series each. The constant part is without what Node tells of the process (some 70), and grows with the kinds of objects that are asked for: requests are counted by resource and status.',
    `Most series of a release are its histograms under the names of Helm Operator. Who has no dashboard or rule on the two deprecated ones leaves them out with \`metric_relabel_configs\` (\`metricRelabelings\` in a ServiceMonitor), action \`drop\` and \`sourceLabels: [__name__]\`, regex \`${DEPRECATED}\`. What is gone is no longer exported: a HelmRelease or GitSync takes its series with it.`,
  ].join('\n\n');
}

const DEPRECATED = 'flux_helm_operator_release_(phase_)?duration_seconds.*';

function labelRows(families: readonly MetricFamily[]): readonly Row[] {
  const used = new Set(families.flatMap(({ labels }) => labels));
  return [...used].toSorted().map((label) => [code(label), cell(LABELS[label] ?? '')]);
}

async function processRows(): Promise<readonly Row[]> {
  const { types, helps } = parseExposition(await createMetrics({ process: true }).text());
  return [...types]
    .filter(([name]) => /^(process|nodejs)_/.test(name))
    .map(([name, type]) => [code(name), type, unitOf(name), cell(helps.get(name) ?? '')]);
}
