import { keyText, type Scalar } from './yaml-scalar.ts';

/** A document whose syntax is fine and whose content helm would refuse. The message quotes nothing of it. */
export class YamlContentError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'YamlContentError';
    this.offset = offset;
  }
}

type YamlMap = Record<string, unknown>;

/** A finished node, with what an alias to it costs and what it may be used for. */
export type Built = BuiltScalar | BuiltMap | BuiltList;

interface Cost {
  readonly size: number;
  readonly depth: number;
}

export interface BuiltScalar extends Cost {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
  readonly isMergeKey: boolean;
}

interface BuiltMap extends Cost {
  readonly kind: 'map';
  readonly value: YamlMap;
}

interface BuiltList extends Cost {
  readonly kind: 'list';
  readonly items: readonly Built[];
}

/** A map or list whose end has not been reached. */
export interface Frame {
  readonly start: number;
  readonly anchor: string | undefined;
  readonly map: YamlMap | undefined;
  readonly items: Built[];
  key: { readonly text: string; readonly isMerge: boolean } | undefined;
  size: number;
  depth: number;
}

export function openFrame(start: number, anchor: string | undefined, isMap: boolean): Frame {
  const map = isMap ? (Object.create(null) as YamlMap) : undefined;
  return { start, anchor, map, items: [], key: undefined, size: 1, depth: 0 };
}

export function finished(frame: Frame): Built {
  const { size, map } = frame;
  const depth = frame.depth + 1;
  return map === undefined
    ? { kind: 'list', items: frame.items, size, depth }
    : { kind: 'map', value: map, size, depth };
}

/** Puts a finished node into the map or list around it: as an item, a key or the value of the last key. */
export function addTo(frame: Frame, built: Built, offset: number, maxDepth: number): void {
  frame.size += built.size;
  frame.depth = Math.max(frame.depth, built.depth);
  if (frame.depth >= maxDepth) fail(`nested deeper than ${String(maxDepth)} levels`, offset);
  if (frame.map === undefined) {
    frame.items.push(built);
    return;
  }
  if (frame.key === undefined) {
    frame.key = keyOf(built, offset);
    return;
  }
  const { text, isMerge } = frame.key;
  frame.key = undefined;
  if (isMerge) merge(frame.map, built, offset);
  else frame.map[text] = valueOf(built);
}

function keyOf(built: Built, offset: number): { readonly text: string; readonly isMerge: boolean } {
  if (built.kind === 'scalar') {
    const text = keyText(built.scalar);
    if (text !== undefined) return { text, isMerge: built.isMergeKey };
  }
  fail('a key must be a string, a number or a boolean', offset);
}

function merge(into: YamlMap, from: Built, offset: number): void {
  const maps = from.kind === 'list' ? from.items.toReversed() : [from];
  for (const map of maps) {
    if (map.kind !== 'map') failToMerge(offset);
    Object.assign(into, map.value);
  }
}

export function valueOf(built: Built): unknown {
  switch (built.kind) {
    case 'map':
      return built.value;
    case 'list':
      return built.items.map(valueOf);
    case 'scalar':
      return built.scalar.value;
  }
}

/** Whether a value holds infinity or not-a-number somewhere, which JSON cannot express. */
export function holdsNonFinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNonFinite);
}

export function failToMerge(offset: number): never {
  fail('a merge key (<<) needs a map or a list of maps', offset);
}

export function fail(message: string, offset: number): never {
  throw new YamlContentError(message, offset);
}
