import type { Labels, PanelAnswer } from '../answers.ts';
import { overrideOf, type ShownPanel, type ThresholdStep } from '../shown.ts';
import { type Box, colourOf, line, text } from './parts.ts';
import { shownValue } from './units.ts';

type Cell = string | number;
type Row = Readonly<Record<string, Cell>>;

/** The rows that the panel's transformations make of its answers. */
export function drawTable({ panel, answers }: PanelAnswer, box: Box): readonly string[] {
  const columns = columnsOf(panel);
  const rows = merged(answers).toSorted((a, b) => order(b, panel) - order(a, panel));
  const weights = columns.map(({ unit }) => (unit === 'dateTimeAsIso' ? 1.6 : 1));
  const share = (box.width - 16) / weights.reduce((sum, weight) => sum + weight, 0);
  const places = columns.map((_, at) => {
    const before = weights.slice(0, at).reduce((sum, weight) => sum + weight, 0);
    return { x: box.x + 10 + before * share, width: (weights[at] ?? 1) * share - 8 };
  });
  const height = 24;
  const fitting = rows.slice(0, Math.floor((box.height - 28) / height));
  return [
    ...columns.map(({ title }, at) => {
      const { x, width } = places[at] ?? box;
      return text(x, box.y + 12, title, { look: 'title', width, character: 7 });
    }),
    ...fitting.flatMap((row, index) => {
      const y = box.y + 22 + index * height;
      return [
        line(box.x + 8, y, box.x + box.width - 8, y),
        ...columns.flatMap((column, at) => {
          const value = row[column.from];
          if (value === undefined) return [];
          const shown = typeof value === 'number' ? shownValue(value, column.unit) : value;
          const look = typeof value === 'number' ? colourOf(value, column.steps) : 'text';
          const { x, width } = places[at] ?? box;
          return [text(x, y + 16, shown, { look, width })];
        }),
      ];
    }),
  ];
}

interface Column {
  readonly from: string;
  readonly title: string;
  readonly unit: string;
  readonly steps: readonly ThresholdStep[];
}

function columnsOf(panel: ShownPanel): readonly Column[] {
  const { transformations = [] } = panel;
  const { renameByName = {}, indexByName = {} } =
    transformations.find(({ id }) => id === 'organize')?.options ?? {};
  return Object.entries(renameByName)
    .toSorted(([a], [b]) => (indexByName[a] ?? 0) - (indexByName[b] ?? 0))
    .map(([from, title]) => {
      const property = (id: string): unknown => overrideOf(panel, title, id);
      const thresholds = property('thresholds') as { readonly steps: readonly ThresholdStep[] } | undefined;
      return {
        from,
        title,
        unit: (property('unit') as string | undefined) ?? 'short',
        steps: thresholds?.steps ?? [],
      };
    });
}

/** Grafana's `merge`: rows of several queries are one where the labels that both have are the same. */
function merged(answers: PanelAnswer['answers']): readonly Row[] {
  const rows: Record<string, Cell>[] = [];
  for (const { target, samples } of answers) {
    const column = answers.length === 1 ? 'Value' : `Value #${target.refId}`;
    for (const { labels, value } of samples) {
      const found = rows.find((row) => !(column in row) && agree(row, labels));
      if (found === undefined) rows.push({ ...labels, [column]: value });
      else Object.assign(found, labels, { [column]: value });
    }
  }
  return rows;
}

function agree(row: Row, labels: Labels): boolean {
  return Object.entries(labels).every(([name, value]) => row[name] === undefined || row[name] === value);
}

function order(row: Row, panel: ShownPanel): number {
  const [sortBy] = (
    panel.options as { readonly sortBy?: readonly { readonly displayName: string }[] } | undefined
  )?.sortBy ?? [undefined];
  const column = columnsOf(panel).find(({ title }) => title === sortBy?.displayName);
  const value = row[column?.from ?? ''];
  return typeof value === 'number' ? value : 0;
}
