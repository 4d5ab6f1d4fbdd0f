import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import type { Bytes } from './bytes.ts';
import { findBlocks, type Range } from './index-blocks.ts';
import { type IndexEntry, isObject, readEntries } from './index-entry.ts';
import { findJsonBlocks } from './json-blocks.ts';

/** An index cut into the lists of its charts. */
export interface CutIndex {
  /** What to keep of the index instead of its bytes; absent if the ranges are of these. */
  readonly instead?: Buffer;
  readonly charts: ReadonlyMap<string, Range>;
  /** How to read a list. */
  readonly form: 'yaml' | 'json';
}

/** What is wrong with an index; the message completes "the index of https://... ". */
export class IndexError extends Error {}

const MAX_CHARTS = 50_000;

/** All scalars stay texts: `version: 1.10` is no number, and nothing costs time that nobody reads. */
const YAML = { schema: FAILSAFE_SCHEMA, maxAliases: 10_000, maxDepth: 50 };

/**
 * Cuts an index. One in a usual layout stays as it is and is only searched; any other is parsed and comes back as what
 * is kept of it. Throws an IndexError if it is no index.
 */
export function cutIndex(bytes: Bytes): CutIndex {
  const [yaml, json] = isJson(bytes.text(0, 100))
    ? [undefined, findJsonBlocks(bytes)]
    : [findBlocks(bytes), undefined];
  if (yaml) {
    needIndex(parse(without(bytes, yaml.entries, 'entries:\n')));
    return { charts: yaml.charts, form: 'yaml' };
  }
  if (json && json.charts.size <= MAX_CHARTS) {
    needIndex(parse(without(bytes, json.entries, '{}')));
    return { charts: json.charts, form: 'json' };
  }
  return compact(parse(bytes.text(0, bytes.length)));
}

/** The entries of one chart, from its part of a cut index. */
export function readCut(part: Buffer, form: CutIndex['form']): readonly IndexEntry[] {
  const parsed = parse(part.toString('utf8'), form);
  return readEntries(form === 'yaml' && isObject(parsed) ? Object.values(parsed)[0] : parsed);
}

function without(bytes: Bytes, { start, end }: Range, instead: string): string {
  return bytes.text(0, start) + instead + bytes.text(end, bytes.length);
}

function compact(index: unknown): CutIndex {
  const { entries } = needIndex(index);
  const charts = new Map<string, Range>();
  const parts: Buffer[] = [];
  let start = 0;
  for (const [name, list] of Object.entries(isObject(entries) ? entries : {}).slice(0, MAX_CHARTS)) {
    const kept = readEntries(list).map(({ url, ...entry }) => ({ ...entry, urls: [url] }));
    const part = Buffer.from(JSON.stringify(kept));
    parts.push(part);
    charts.set(name, { start, end: (start += part.length) });
  }
  return { instead: Buffer.concat(parts), charts, form: 'json' };
}

function isJson(text: string): boolean {
  return /^\s*\{/.test(text.slice(0, 100));
}

function parse(text: string, form = isJson(text) ? 'json' : 'yaml'): unknown {
  if (text.trim() === '') return undefined;
  try {
    return form === 'json' ? JSON.parse(text) : load(text, YAML);
  } catch (caught) {
    const why = (caught instanceof Error ? caught.message : String(caught)).split('\n', 1)[0];
    throw new IndexError(`is not YAML: ${why ?? ''}`);
  }
}

function needIndex(index: unknown): Readonly<Record<string, unknown>> {
  if (isObject(index) && ('entries' in index || 'apiVersion' in index || Object.keys(index).length === 0))
    return index;
  throw new IndexError(index === undefined ? 'is empty' : 'is not an index of charts: it has no entries');
}
