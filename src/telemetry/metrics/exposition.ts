import type { Reading } from './sources.ts';

/**
 * A metric as it is in one scrape, written line by line. prom-client keeps some 15 kB for each label set of a
 * histogram whose buckets are whole numbers and builds each scrape as one text; with one series per release and
 * thousands of releases neither will do.
 */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly lines: (reading: Reading) => Iterable<string>;
}

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

export function gaugeFamily(
  name: string,
  help: string,
  samples: (reading: Reading) => Iterable<Sample>,
): Family {
  return { name, help, type: 'gauge', lines: (reading) => sampleLines(name, samples(reading)) };
}

export function counterFamily(
  name: string,
  help: string,
  samples: (reading: Reading) => Iterable<Sample>,
): Family {
  return { name, help, type: 'counter', lines: (reading) => sampleLines(name, samples(reading)) };
}

function* sampleLines(name: string, samples: Iterable<Sample>): Iterable<string> {
  for (const [labels, value] of samples) yield sampleLine(name, labelText(labels), value);
}

export function* familyLines(family: Family, reading: Reading): Iterable<string> {
  yield `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
  yield* family.lines(reading);
}

export function sampleLine(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
}

/** Versions come out of other people's charts, and nothing limits their length there. */
const MAX_LABEL = 200;

/** The labels as they stand between the braces. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name] ?? '';
    const shown = value.length > MAX_LABEL ? `${value.slice(0, MAX_LABEL)}…` : value;
    text += `${text === '' ? '' : ','}${name}="${escapeValue(shown)}"`;
  }
  return text;
}

function escapeValue(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
