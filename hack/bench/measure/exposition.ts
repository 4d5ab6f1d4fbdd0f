/** One sample of Prometheus' text format. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an operator says of itself at /metrics, at one moment. */
export interface Exposition {
  /** The sum over all samples of that name. */
  readonly sum: (name: string) => number;
  /** The same for each value of a label. */
  readonly by: (name: string, label: string) => Readonly<Record<string, number>>;
  readonly values: (name: string, labels?: Readonly<Record<string, string>>) => readonly number[];
}

export async function scrape(url: string): Promise<Exposition> {
  return parseExposition(await (await fetch(url)).text());
}

export function parseExposition(text: string): Exposition {
  const samples = new Map<string, Sample[]>();
  for (const [, name = '', labels = '', value] of text.matchAll(
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gm,
  )) {
    const sample = { name, labels: labelsIn(labels), value: Number(value) };
    const others = samples.get(name);
    if (others === undefined) samples.set(name, [sample]);
    else others.push(sample);
  }
  const of = (name: string): readonly Sample[] => samples.get(name) ?? [];
  return {
    sum: (name) => of(name).reduce((total, { value }) => total + value, 0),
    by: (name, label) => {
      const sums: Record<string, number> = {};
      for (const { labels, value } of of(name)) {
        const key = labels[label] ?? '';
        sums[key] = (sums[key] ?? 0) + value;
      }
      return sums;
    },
    values: (name, labels = {}) =>
      of(name)
        .filter((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value))
        .map(({ value }) => value),
  };
}

function labelsIn(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}
