import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The words by which the tests of one file can be found. */
export interface Titles {
  /** First arguments of `it` and `describe`, a placeholder written as `…`. */
  readonly all: readonly string[];
  /** Whether the file has a test of that title, also one that is made of a template or a table. */
  readonly has: (title: string) => boolean;
}

const PLACEHOLDER = '…';
const TESTS: ReadonlySet<string> = new Set(['it', 'describe']);

/** What fills a placeholder has to stand in the file too, and not only by chance. */
const LEAST_FILLING = 4;

export function titlesOf(source: string): Titles {
  const literals = new Set<string>();
  const templates: (readonly string[])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) literals.add(node.text);
    const title = titleIn(node);
    if (title !== undefined) templates.push(title);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('some.test.ts', source, ts.ScriptTarget.Latest));
  return {
    all: templates.map((parts) => parts.join(PLACEHOLDER)),
    has: (title) => literals.has(title) || templates.some((parts) => isMadeOf(parts, title, literals)),
  };
}

/** All files of tests and of what they share, by their path from the root of the repository. */
export function testFiles(root: string): readonly string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `test/${path}`);
}

export function readTitles(root: string, path: string): Titles {
  return titlesOf(readFileSync(join(root, path), 'utf8'));
}

/** The title of the test that the node is, cut where something is filled in. */
function titleIn(node: ts.Node): readonly string[] | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || !TESTS.has(node.expression.text))
    return undefined;
  const [title] = node.arguments;
  if (title === undefined) return undefined;
  if (ts.isStringLiteralLike(title)) return [title.text];
  return ts.isTemplateExpression(title)
    ? [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)]
    : undefined;
}

function isMadeOf(parts: readonly string[], title: string, literals: ReadonlySet<string>): boolean {
  if (parts.join(PLACEHOLDER) === title) return true;
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)).join('(.+)');
  const fillings = new RegExp(`^${pattern}$`, 's').exec(title)?.slice(1) ?? [];
  return fillings.some((text) => text.length >= LEAST_FILLING && literals.has(text));
}
