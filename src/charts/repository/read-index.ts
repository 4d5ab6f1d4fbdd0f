import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import { findBlocks, type Range } from './index-blocks.ts';
import { type IndexEntry, isObject, readEntries } from './index-entry.ts';

/** An index cut into the lists of its charts. `form` says how to read such a list. */
export interface CutIndex {
  readonly bytes: Buffer;
  readonly charts: ReadonlyMap<string, Range>;
  readonly form: 'block' | 'json';
}

/** What is wrong with an index; the message completes "the index of https://... ". */
export class IndexError extends Error {}

const MAX_CHARTS = 50_000;

/** All scalars stay texts: `version: 1.10` is no number, and nothing costs time that nobody reads. */
const YAML = { schema: FAILSAFE_SCHEMA, maxAliases: 10_000, maxDepth: 50 };

/**
 * Cuts an index. One in the usual layout stays as it is and is only searched; any other, JSON too, is parsed
 * and comes back as what is kept of it. Throws an IndexError if it is no index.
 */
export function cutIndex(bytes: Buffer): CutIndex {
  const blocks = findBlocks(bytes);
  if (!blocks) return compact(parse(bytes));

  const { start, end } = blocks.entries;
  const around = Buffer.concat([bytes.subarray(0, start), Buffer.from('entries:\n'), bytes.subarray(end)]);
  needIndex(parse(around));
  return { bytes, charts: blocks.charts, form: 'block' };
}

/** The entries of one chart, from its part of a cut index. */
export function readCut(part: Buffer, form: CutIndex['form']): readonly IndexEntry[] {
  if (form === 'json') return JSON.parse(part.toString('utf8')) as readonly IndexEntry[];
  const parsed = parse(part);
  return readEntries(isObject(parsed) ? Object.values(parsed)[0] : undefined);
}

function compact(index: unknown): CutIndex {
  const { entries } = needIndex(index);
  const charts = new Map<string, Range>();
  const parts: Buffer[] = [];
  let start = 0;
  for (const [name, list] of Object.entries(isObject(entries) ? entries : {}).slice(0, MAX_CHARTS)) {
    const part = Buffer.from(JSON.stringify(readEntries(list)));
    parts.push(part);
    charts.set(name, { start, end: (start += part.length) });
  }
  return { bytes: Buffer.concat(parts), charts, form: 'json' };
}

function parse(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return /^\s*\{/.test(text) ? JSON.parse(text) : load(text, YAML);
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
