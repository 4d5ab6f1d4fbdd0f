import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { answersTo } from '../../hack/dashboards/answers.ts';
import type { Answer, Labels, PanelAnswer, Sample } from '../../hack/dashboards/answers.ts';
import type { ShownDashboard } from '../../hack/dashboards/shown.ts';
import type { Prometheus } from './prometheus.ts';

const FOLDER = new URL('../../charts/helm-release-operator/dashboards/', import.meta.url);
const NAMES = ['fleet', 'release', 'operator', 'helm-operator'] as const;

export type DashboardName = (typeof NAMES)[number];
/** What every panel of a dashboard shows, by its title. */
export type Shown = ReadonlyMap<string, PanelAnswer>;

/** Asks the dashboards of the chart, as they are committed. */
export async function askDashboards(
  prometheus: Prometheus,
  variables: Readonly<Record<DashboardName, Labels>>,
  seconds: number,
): Promise<Readonly<Record<DashboardName, Shown>>> {
  const shown: Partial<Record<DashboardName, Shown>> = {};
  for (const name of NAMES) {
    const dashboard = JSON.parse(await readFile(new URL(`${name}.json`, FOLDER), 'utf8')) as ShownDashboard;
    const range = (expression: string) => prometheus.range(expression, seconds);
    const answers = await answersTo(dashboard, variables[name], { query: prometheus.query, range });
    shown[name] = new Map(answers.map((each) => [each.panel.title, each]));
  }
  return shown as Record<DashboardName, Shown>;
}

/** Every query gives something, and each series has the labels that the legend or the columns of the panel name. */
export function expectComplete(shown: Readonly<Record<DashboardName, Shown>>): void {
  const complaints: string[] = [];
  for (const [name, panels] of Object.entries(shown)) {
    for (const [title, { panel, answers }] of panels) {
      for (const answer of answers) {
        const complaint = complaintOf(answer);
        if (complaint !== undefined) complaints.push(`${name}, ${title}: ${answer.expression} ${complaint}`);
      }
      const columns = panel.transformations?.flatMap(({ options }) => options.include?.names ?? []) ?? [];
      const labels = answers.flatMap(({ samples }) =>
        samples.flatMap((sample) => Object.keys(sample.labels)),
      );
      const known = ['Value', ...answers.map(({ target }) => `Value #${target.refId}`), ...labels];
      for (const column of columns.filter((each) => !known.includes(each)))
        complaints.push(`${name}, ${title}: nothing for the column ${column}`);
    }
  }
  expect(complaints).to.deep.equal([]);
}

function complaintOf({ target, samples, series }: Answer): string | undefined {
  if ((target.instant === true ? samples : series).length === 0) return 'gives nothing';
  const wanted = [...(target.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
  const isBare = ({ labels }: { readonly labels: Labels }): boolean =>
    // The zero that stands for nothing has no labels.
    target.expr.endsWith('or vector(0)') && Object.keys(labels).length === 0;
  const poor = [...samples, ...series].find(
    (each) => !isBare(each) && wanted.some((label) => each.labels[label] === undefined),
  );
  return poor === undefined ? undefined : `has a series without ${wanted.join(' or ')}`;
}

export function samplesOf(shown: Shown, title: string, ref = 'A'): readonly Sample[] {
  const answer = shown.get(title)?.answers.find(({ target }) => target.refId === ref);
  if (answer === undefined) throw new Error(`there is no panel ${title} with a query ${ref}`);
  return answer.samples;
}

/** Of a panel that shows one number. */
export function numberOf(shown: Shown, title: string, ref?: string): number {
  const samples = samplesOf(shown, title, ref);
  expect(samples, title).to.have.length(1);
  return samples[0]?.value ?? NaN;
}

/** The values of a query by a label, such as a namespace. */
export function byLabel(shown: Shown, title: string, label: string, ref?: string): Record<string, number> {
  return Object.fromEntries(
    samplesOf(shown, title, ref).map(({ labels, value }) => [labels[label] ?? '', value]),
  );
}

/** For `npm run dashboards:pictures`, which draws them. */
export async function record(shown: Readonly<Record<DashboardName, Shown>>, file: string): Promise<void> {
  const answers = Object.entries(shown).map(([name, panels]) => [name, [...panels.values()]] as const);
  await writeFile(file, JSON.stringify(Object.fromEntries(answers)));
}
