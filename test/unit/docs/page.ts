/** How a line of Helm Operator fares here. */
export const FATES = ['kept', 'changed', 'refused'] as const;
export type Fate = (typeof FATES)[number];

export interface TestReference {
  /** From the root of the repository. */
  readonly path: string;
  readonly title: string;
}

export interface Row {
  readonly line: number;
  readonly was: string;
  readonly fate: Fate | undefined;
  readonly why: string;
  readonly tests: readonly TestReference[];
  /** What stands in the last cell and is no reference. */
  readonly rest: readonly string[];
}

const HEADER = '| What it did | Here | Why it differs | Test |';

/** A cell ends at a bar that is not escaped. */
const CELL_END = /(?<!\\)\|/;

/** `[unit/config/config](../test/unit/config/config.test.ts): title`, several of them apart by `<br>`. */
const REFERENCE = /^\[[^\]]+\]\(\.\.\/(test\/[^)]+\.ts)\): (.+)$/;

/** The rows of all tables that compare, and of no other. */
export function rowsOf(page: string): readonly Row[] {
  const rows: Row[] = [];
  let comparing = false;
  for (const [index, line] of page.split('\n').entries()) {
    if (line === HEADER) comparing = true;
    else if (!line.startsWith('|')) comparing = false;
    else if (comparing && !/^\|[ -]+\|/.test(line)) rows.push(rowIn(line, index + 1));
  }
  return rows;
}

function rowIn(text: string, line: number): Row {
  const [, was = '', here = '', why = '', test = ''] = text.split(CELL_END).map((cell) => cell.trim());
  const lines = test.split('<br>').map((each) => each.trim().replaceAll(String.raw`\|`, '|'));
  const tests = lines.map(referenceIn).filter((found) => found !== undefined);
  return {
    line,
    was,
    fate: FATES.find((fate) => new RegExp(`^${fate}(?![a-z])`).test(here)),
    why,
    tests,
    rest: lines.filter((each) => referenceIn(each) === undefined),
  };
}

function referenceIn(text: string): TestReference | undefined {
  const [, path, title] = REFERENCE.exec(text) ?? [];
  return path === undefined || title === undefined ? undefined : { path, title };
}

/** What the page says of its own sums: `**N kept, N changed, N refused**`. */
export function sumsOf(page: string): Readonly<Record<Fate, number>> | undefined {
  const [, ...sums] = /\*\*(\d+) kept, (\d+) changed, (\d+) refused\*\*/.exec(page) ?? [];
  const [kept, changed, refused] = sums.map(Number);
  return kept === undefined || changed === undefined || refused === undefined
    ? undefined
    : { kept, changed, refused };
}
