import { parseEvents, YAMLException } from 'js-yaml';
import { construct, type ConstructedDocument } from './yaml-construct.ts';
import { YamlContentError } from './yaml-node.ts';

/** Levels of nesting in one document, aliases included. Helm itself stops at 10,000; nobody's values come near. */
export const MAX_DEPTH = 500;

/** What one values document says, read the way helm reads it. Maps have no prototype. */
export interface HelmYaml {
  /** The parsed documents in order. helm 4 merges all of them, helm 3 reads the first only. */
  readonly documents: readonly unknown[];
  /** The first few lines with an integer that loses its last digits, because helm reads every number as a double. */
  readonly roundedAt: readonly number[];
}

/** Why a document cannot be read, for people: never a piece of the content, which may be secret. */
export class HelmYamlError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(
    reason: string,
    at: { readonly line: number; readonly column: number },
    options?: ErrorOptions,
  ) {
    super(`not valid YAML at line ${String(at.line)}, column ${String(at.column)}: ${reason}`, options);
    this.name = 'HelmYamlError';
    this.line = at.line;
    this.column = at.column;
  }
}

/** Parses a values file as helm does. Throws a HelmYamlError for what helm would refuse too. */
export function parseHelmYaml(content: Uint8Array): HelmYaml {
  const documents = [...readHelmYaml(content)];
  return {
    documents: documents.map(({ value }) => value),
    roundedAt: documents.flatMap(({ roundedAt }) => roundedAt),
  };
}

export interface HelmDocument {
  readonly value: unknown;
  /** Of the file, where the document begins after comments and empty lines; from 1 on. */
  readonly line: number;
  readonly roundedAt: readonly number[];
}

/**
 * The same one document after the other, so that those before a mistake are known. `maxAliased` bounds for how many values the
 * aliases of all documents together may stand.
 */
export function* readHelmYaml(content: Uint8Array, maxAliased = Infinity): Generator<HelmDocument> {
  let left = maxAliased;
  for (const chunk of splitDocuments(decode(content))) {
    const { value, roundedOffsets, aliased } = parseDocument(chunk, left);
    left -= aliased;
    const lineAt = (offset: number): number => chunk.line + positionOf(chunk.text, offset).line - 1;
    yield { value, line: chunk.line + leadingLines(chunk.text), roundedAt: roundedOffsets.map(lineAt) };
  }
}

/** Lines of separators, comments and nothing before the content. */
function leadingLines(text: string): number {
  let lines = 0;
  for (let start = 0; start < text.length; lines += 1) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    const line = text.slice(start, end).trim();
    if (line !== '' && !line.startsWith('#') && !line.startsWith('---')) break;
    start = end;
  }
  return lines;
}

interface Chunk {
  readonly text: string;
  /** Line of the file on which the chunk begins, counted from 1. */
  readonly line: number;
}

/**
 * Splits at lines that begin with `---`, as helm does before it parses. A separator in front of the first content
 * belongs to the chunk that follows it.
 */
function* splitDocuments(text: string): Generator<Chunk> {
  if (!/^---/m.test(text)) {
    yield { text, line: 1 };
    return;
  }
  let lines: string[] = [];
  let line = 1;
  for (const [index, content] of text.split('\n').entries()) {
    if (content.startsWith('---')) {
      if (!/^---\s*(?:#[^\n]*)?$/.test(content)) {
        throw new HelmYamlError('only a comment may follow a document separator', {
          line: index + 1,
          column: 4,
        });
      }
      if (lines.length > 0) {
        yield { text: lines.join('\n') + '\n', line };
        lines = [];
        line = index + 2;
        continue;
      }
    }
    lines.push(content);
  }
  if (lines.some((rest) => rest !== '')) yield { text: lines.join('\n'), line };
}

function parseDocument(chunk: Chunk, maxAliased: number): ConstructedDocument {
  try {
    return construct(chunk.text, parseEvents(chunk.text, { maxDepth: MAX_DEPTH }), MAX_DEPTH, maxAliased);
  } catch (error) {
    const { line, column, reason } = placeOf(error, chunk.text);
    throw new HelmYamlError(reason, { line: chunk.line + line - 1, column });
  }
}

function placeOf(error: unknown, text: string): { line: number; column: number; reason: string } {
  if (error instanceof YamlContentError) return { ...positionOf(text, error.offset), reason: error.message };
  if (error instanceof YAMLException && error.mark !== undefined) {
    return { line: error.mark.line + 1, column: error.mark.column + 1, reason: withoutContent(error.reason) };
  }
  throw error;
}

/** The parser's reasons quote names out of the document after a colon or in double quotes. */
function withoutContent(reason: string): string {
  return reason
    .replace(/: .*$/s, '')
    .replace(/\s*"[^"]*"/gs, '')
    .trim();
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, offset)).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function decode(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new HelmYamlError('it is not UTF-8 text', { line: 1, column: 1 });
  }
}
