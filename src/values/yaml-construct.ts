import { EVENT_ID, type Event, type ScalarEvent } from 'js-yaml';
import {
  addTo,
  type Built,
  type BuiltScalar,
  fail,
  failToMerge,
  finished,
  type Frame,
  holdsNonFinite,
  openFrame,
  valueOf,
} from './yaml-node.ts';
import { isMergeKey, resolveScalar } from './yaml-tag.ts';

/** Values that aliases may stand for in one document, all uses added up; helm stops at about as many. */
const MAX_ALIASED_VALUES = 400_000;

/** A warning names a few places, not every one. */
const MAX_ROUNDED = 3;

export interface ConstructedDocument {
  readonly value: unknown;
  /** Where numbers stand that have more digits than helm keeps: the first few. */
  readonly roundedOffsets: readonly number[];
  /** How many values its aliases stand for. */
  readonly aliased: number;
}

/**
 * Builds the first document of an event stream as go-yaml v2 does for helm: the last of duplicate keys counts, a
 * merge key (`<<`) takes effect where it stands, so it overrides what is above it, and unknown tags mean nothing.
 */
export function construct(
  source: string,
  events: readonly Event[],
  maxDepth: number,
  maxAliased = Infinity,
): ConstructedDocument {
  const anchors = new Map<string, Built>();
  const frames: Frame[] = [];
  const roundedOffsets: number[] = [];
  let nonFiniteAt: number | undefined;
  let aliased = 0;
  let root: Built | undefined;

  const add = (built: Built, offset: number, anchor?: string): void => {
    if (anchor !== undefined) anchors.set(anchor, built);
    const frame = frames.at(-1);
    if (frame === undefined) root = built;
    else addTo(frame, built, offset, maxDepth);
  };

  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.POP) {
      const frame = frames.pop();
      if (frame === undefined) break; // the end of the first document
      add(finished(frame), frame.start, frame.anchor);
    } else if (event.type === EVENT_ID.ALIAS) {
      const built = anchors.get(source.slice(event.anchorStart, event.anchorEnd));
      if (built === undefined) fail('an alias has no anchor before it', event.anchorStart);
      aliased += built.size;
      if (aliased > Math.min(MAX_ALIASED_VALUES, maxAliased))
        fail('aliases stand for too many values', event.anchorStart);
      // helm merges a list of maps only where it is written out.
      if (frames.at(-1)?.key?.isMerge === true && built.kind === 'list') failToMerge(event.anchorStart);
      add(built, event.anchorStart);
    } else {
      const anchor = event.anchorStart < 0 ? undefined : source.slice(event.anchorStart, event.anchorEnd);
      // From here on the name means this node: one that holds itself is an alias without an anchor before it.
      if (anchor !== undefined) anchors.delete(anchor);
      if (event.type === EVENT_ID.SCALAR) {
        const offset = Math.max(event.valueStart, event.tagStart, event.anchorStart, 0);
        const built = scalarOf(source, event, offset);
        if (isRounded(built, frames.at(-1)) && roundedOffsets.length < MAX_ROUNDED)
          roundedOffsets.push(offset);
        if (holdsNonFinite(built.scalar.value)) nonFiniteAt ??= offset;
        add(built, offset, anchor);
      } else {
        frames.push(openFrame(event.start, anchor, event.type === EVENT_ID.MAPPING));
      }
    }
  }
  const value = root === undefined ? null : valueOf(root);
  // One that a later duplicate of its key replaced does no harm.
  if (nonFiniteAt !== undefined && holdsNonFinite(value)) {
    fail('infinity and not-a-number cannot be written as JSON', nonFiniteAt);
  }
  return { value, roundedOffsets, aliased };
}

function scalarOf(source: string, event: ScalarEvent, offset: number): BuiltScalar {
  const scalar = resolveScalar(source, event);
  if (scalar === undefined) fail('a value does not fit its tag', offset);
  return { kind: 'scalar', scalar, isMergeKey: isMergeKey(source, event), size: 1, depth: 0 };
}

/** Numbers are doubles to helm; only as a key does a long one keep its digits. */
function isRounded({ scalar }: BuiltScalar, parent: Frame | undefined): boolean {
  const isKey = parent?.map !== undefined && parent.key === undefined;
  return typeof scalar.value === 'bigint' && !isKey;
}
