import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { againstHelmTable } from './against-helm.ts';
import { curves } from './curves.ts';
import { keyOf, medians, readResults } from './results.ts';
import type { Run } from './run.ts';
import { lineChart } from './svg.ts';
import { detailTable, phaseTable } from './table.ts';

const BEGIN = '<!-- figures: written by npm run bench -- --write-docs -->';
const END = '<!-- end of figures -->';

export interface DocsPaths {
  readonly page: string;
  readonly folder: string;
}

export const DOCS: DocsPaths = {
  page: join(import.meta.dirname, '../../../docs/benchmark.md'),
  folder: join(import.meta.dirname, '../../../docs/benchmark'),
};
export const resultsIn = ({ folder }: DocsPaths): string => join(folder, 'results.jsonl');

/** Puts tables and curves of all that was recorded into the documentation. */
export async function writeDocs(paths: DocsPaths): Promise<void> {
  const runs = await readResults(resultsIn(paths));
  await mkdir(paths.folder, { recursive: true });
  await writeFile(paths.page, await pageWith(await readFile(paths.page, 'utf8'), runs));
  for (const [name, chart] of Object.entries(curves(medians(runs))))
    await writeFile(join(paths.folder, `${name}.svg`), lineChart(chart));
}

/** The page with these runs in the place of its figures. */
export async function pageWith(page: string, runs: readonly Run[]): Promise<string> {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no ${BEGIN} and ${END}`);
  const text = `${before}${BEGIN}\n\n${figures(runs)}\n${END}${after}`;
  return format(text, { ...(await resolveConfig(DOCS.page)), parser: 'markdown' });
}

function figures(runs: readonly Run[]): string {
  const all = medians(runs);
  const pictures = Object.entries(curves(all)).map(
    ([name, { title }]) => `![${title}](benchmark/${name}.svg)\n`,
  );
  const sections = [...Map.groupBy(all, ({ scenario }) => scenario)].map(
    ([scenario, group]) => `### ${scenario}\n\n${group.map((run) => section(run, runs)).join('\n')}`,
  );
  return [...pictures, ...sections].join('\n');
}

function section(run: Run, all: readonly Run[]): string {
  const { count, source, subject, slots, machine, at } = run;
  const times = all.filter((each) => keyOf(each) === keyOf(run)).length;
  const where = `${String(machine.cores)} cores${machine.pinned === undefined ? '' : ` (pinned to ${machine.pinned})`}`;
  const what = subject === 'operator' ? '' : `${subject}, `;
  const of = times === 1 ? 'one run' : `the middle one of ${String(times)} runs`;
  const title = `**${what}N = ${count.toLocaleString('en-GB')}, chart from ${source}**`;
  const about = `${String(slots)} slots, ${where}, ${(machine.memory / 1e9).toFixed(0)} GB, Helm ${machine.helm.replace(/^v/, '')}, ${of}, ${at.slice(0, 10)}`;
  const against = againstHelmTable(run);
  return [`${title}: ${about}\n`, ...(against === '' ? [] : [against]), phaseTable(run), details(run)].join(
    '\n',
  );
}

/** Folded away: counts that are the same on every machine. */
function details(run: Run): string {
  return `<details><summary>counts</summary>\n\n${detailTable(run)}\n</details>\n`;
}
