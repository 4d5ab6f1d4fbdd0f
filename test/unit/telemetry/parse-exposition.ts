export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly series: readonly Series[];
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  /** The value of the one series that has exactly this name and these labels. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  named(name: string): readonly Series[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);

/** Refuses all that the text format does not allow, and what Prometheus drops or warns about. */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const series = new Map<string, Series>();
  const finished = new Set<string>();
  let current = '';

  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (helps.has(name)) throw new Error(`second HELP of ${name}`);
      helps.set(name, rest);
    } else if (kind === 'TYPE') {
      if (types.has(name)) throw new Error(`second TYPE of ${name}`);
      if (!['counter', 'gauge', 'histogram', 'summary'].includes(rest))
        throw new Error(`unknown type: ${line}`);
      if (!helps.has(name)) throw new Error(`no HELP before TYPE of ${name}`);
      types.set(name, rest);
    } else {
      const sample = parseSample(line);
      const family = familyOf(sample.name, types);
      if (family !== current && finished.has(family))
        throw new Error(`the series of ${family} are not together`);
      finished.add(current);
      current = family;
      const id = idOf(sample.name, sample.labels);
      if (series.has(id)) throw new Error(`twice the same series: ${line}`);
      series.set(id, sample);
    }
  }
  const all = [...series.values()];
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, series);
  return {
    series: all,
    types,
    helps,
    named: (name) => all.filter((one) => one.name === name),
    value: (name, labels = {}) => series.get(idOf(name, labels))?.value,
  };
}

function parseSample(line: string): Series {
  const [, name = '', labelText, valueText = ''] = SAMPLE.exec(line) ?? [];
  if (name === '') throw new Error(`not a sample: ${line}`);
  const value = valueText === '+Inf' ? Infinity : Number(valueText);
  if (Number.isNaN(value) && valueText !== 'NaN') throw new Error(`not a number: ${line}`);
  return { name, labels: parseLabels(labelText ?? ''), value };
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  const one = new RegExp(`(${LABEL})="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"(,|$)`, 'y');
  while (one.lastIndex < text.length) {
    const at = one.lastIndex;
    const [, name = '', value = ''] = one.exec(text) ?? [];
    if (name === '') throw new Error(`not labels: ${text.slice(at)}`);
    if (name in labels) throw new Error(`label ${name} twice: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  return labels;
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  if (types.get(base) === 'histogram') return base;
  if (!types.has(name)) throw new Error(`no TYPE of ${name}`);
  return name;
}

/** Buckets never go down, the last is +Inf and equals the count, and there is a sum. */
function checkHistogram(name: string, series: ReadonlyMap<string, Series>): void {
  const buckets = [...series.values()].filter((one) => one.name === `${name}_bucket`);
  const groups = Map.groupBy(buckets, ({ labels: { le: _, ...labels } }) => idOf('', labels));
  for (const [labels, group] of groups) {
    const counts = group.map(({ value }) => value);
    if (counts.some((count, index) => count < (counts[index - 1] ?? 0)))
      throw new Error(`buckets of ${name} go down`);
    if (group.at(-1)?.labels['le'] !== '+Inf') throw new Error(`${name} has no bucket for all`);
    const count = series.get(`${name}_count${labels}`)?.value;
    if (count !== counts.at(-1)) throw new Error(`the count of ${name} is not its last bucket`);
    if (!series.has(`${name}_sum${labels}`)) throw new Error(`${name} has no sum`);
  }
}

function idOf(name: string, labels: Readonly<Record<string, string>>): string {
  return name + JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
