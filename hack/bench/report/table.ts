import { helmRuns, requestsOf, type Row, type Run, whoAsked } from './run.ts';

/** `people` are those who make the requests of what is measured, beside the helm that it runs. */
type Cell = (row: Row, people: readonly string[]) => string;

const HELM = 'helm';
const seconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const optional = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined ? '' : show(value);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
const milliseconds = (value: number): string => (value * 1000).toFixed(0);

/** What the columns of the main table are, from left to right. */
const COLUMNS: readonly (readonly [string, Cell])[] = [
  ['phase', ({ phase }) => phase],
  ['s', (row) => seconds(row.seconds)],
  ['p50 s', ({ releases }) => optional(releases?.p50, seconds)],
  ['p95 s', ({ releases }) => optional(releases?.p95, seconds)],
  ['p99 s', ({ releases }) => optional(releases?.p99, seconds)],
  ['CPU-s operator', ({ cpu }) => seconds(cpu.operator)],
  ['children', ({ cpu }) => seconds(cpu.children)],
  ['API server', ({ cpu }) => seconds(cpu.apiServer)],
  ['etcd', ({ cpu }) => seconds(cpu.etcd)],
  ['PSS MB', ({ memory }) => megabytes(memory.peak)],
  ['alone', ({ memory }) => megabytes(memory.operator)],
  ['reads', (row, people) => String(requestsOf(row, people, 'reads'))],
  ['writes', (row, people) => String(requestsOf(row, people, 'writes'))],
  ['by helm', (row) => String(requestsOf(row, [HELM], 'all'))],
  ['helm runs', (row) => (row.helm.started === undefined ? '' : String(helmRuns(row)))],
  ['at once', ({ helm }) => String(helm.mostAtOnce)],
  ['stall ms', ({ eventLoop }) => optional(eventLoop?.longest, milliseconds)],
  ['lag p99 ms', ({ eventLoop }) => optional(eventLoop?.p99, milliseconds)],
];

/** One line for each phase. */
export function phaseTable({ rows }: Pick<Run, 'rows'>): string {
  const people = whoAsked({ rows }).filter((who) => who !== HELM);
  return markdownTable(
    COLUMNS.map(([name]) => name),
    rows.map((row) => COLUMNS.map(([, cell]) => cell(row, people))),
  );
}

/** Who asked the API server for what in each phase. */
export function requestTable({ rows }: Pick<Run, 'rows'>, people: readonly string[]): string {
  const keys = new Set(rows.flatMap(({ requests }) => Object.keys(requests)));
  const wanted = [...keys].filter((key) => people.includes(key.split(' ')[0] ?? '')).toSorted();
  return markdownTable(
    ['who', 'verb', 'resource', ...rows.map(({ phase }) => phase)],
    wanted.map((key) => [...key.split(' '), ...rows.map(({ requests }) => String(requests[key] ?? ''))]),
  );
}

/** What only some phases have, with the helm runs by verb. */
export function detailTable({ rows }: Pick<Run, 'rows'>): string {
  const lines = rows.flatMap(({ phase, more = {}, helm: { started = {} } }) => [
    ...Object.entries(more).map(([what, value]) => [phase, what, decimal(value)]),
    ...Object.entries(started).map(([verb, count]) => [phase, `helm ${verb}`, String(count)]),
  ]);
  return markdownTable(['phase', 'what', 'value'], lines);
}

/** Readable as it is, and as prettier would write it: columns of one width, numbers to the right. */
export function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = header.map((name, at) =>
    Math.max(3, name.length, ...lines.map((line) => line[at]?.length ?? 0)),
  );
  const isNumber = header.map(
    (_, at) => lines.length > 0 && lines.every((line) => /^[\d.,-]*$/.test(line[at] ?? '')),
  );
  const render = (line: readonly string[]): string => {
    const cells = line.map((text, at) =>
      isNumber[at] === true ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0),
    );
    return `| ${cells.join(' | ')} |`;
  };
  const rule = widths.map((width, at) =>
    isNumber[at] === true ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return `${[render(header), `| ${rule.join(' | ')} |`, ...lines.map(render)].join('\n')}\n`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
