/** What a GitSync has read of Git last, as far as others have to know it. */
export interface Reading {
  readonly revision: string;
  /** Of the spec that it was read for. */
  readonly generation: number;
  /** All that the folder held then. */
  readonly ids: ReadonlySet<string>;
  /** What has left the folder, and is neither handed over nor deleted yet. */
  readonly leaving: ReadonlySet<string>;
  /** A later revision, of which nobody could tell what it holds. */
  readonly unreadable?: string;
}

/** Another GitSync. */
export interface Other {
  /** Whether it reads the same repository and ref: then a commit may move something between the two. */
  readonly isBeside: boolean;
  /** Whether it is worth to wait until it has looked: one that has never brought anything in, and says why, may never. */
  readonly mayLook: boolean;
  /** Of its spec now. */
  readonly generation: number;
  /** Undefined if it has read nothing yet. */
  readonly reading: Reading | undefined;
  /** Ids of what it has in Git, its account may write, and another GitSync holds. */
  readonly asks: ReadonlySet<string>;
}

export interface MovesInput {
  readonly revision: string;
  /** Ids that the inventory holds and the folder does not. */
  readonly leaving: Iterable<string>;
  readonly others: ReadonlyMap<string, Other>;
}

/** Why something that has left a folder must not be deleted yet. */
export interface KeptBack {
  /** The GitSync because of which. */
  readonly by: string;
  readonly because: 'it is wanted' | 'it has not looked' | 'it cannot be read';
}

/** By id. What is in neither has gone for good. */
export interface Moves {
  readonly handed: ReadonlyMap<string, string>;
  readonly keptBack: ReadonlyMap<string, KeptBack>;
}

/**
 * What becomes of objects that have left a folder. What has moved to the folder of another GitSync must not be deleted by the one
 * before the other makes it anew; so it is handed to whoever asks for it, and nothing is deleted as long as nobody knows
 * what another one holds that reads the same commits.
 */
export function decideMoves({ revision, leaving, others }: MovesInput): Moves {
  const beside = [...others].filter(([, { isBeside }]) => isBeside);
  const unread = beside.find(([, other]) => other.mayLook && isBehind(other, revision))?.[0];
  const unreadable = beside.find(([, { reading }]) => reading?.unreadable === revision)?.[0];
  const handed = new Map<string, string>();
  const keptBack = new Map<string, KeptBack>();
  for (const id of leaving) {
    const [asker] = others.entries().find(([, { asks }]) => asks.has(id)) ?? [];
    const wanted = beside.find(([, { reading }]) => reading?.revision === revision && reading.ids.has(id));
    if (asker !== undefined) handed.set(id, asker);
    else if (wanted !== undefined) keptBack.set(id, { by: wanted[0], because: 'it is wanted' });
    else if (unread !== undefined) keptBack.set(id, { by: unread, because: 'it has not looked' });
    else if (unreadable !== undefined) keptBack.set(id, { by: unreadable, because: 'it cannot be read' });
  }
  return { handed, keptBack };
}

/** What the folders of others hold of the objects of a GitSync that goes. */
export function heldElsewhere(
  ids: Iterable<string>,
  others: ReadonlyMap<string, Other>,
): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const id of ids) {
    const [holder] =
      others.entries().find(([, { isBeside, reading, asks }]) => {
        return asks.has(id) || (isBeside && reading?.ids.has(id) === true);
      }) ?? [];
    if (holder !== undefined) held.set(id, holder);
  }
  return held;
}

/** Somebody of whose folder nobody knows what it holds now. */
export function unknownIn(others: ReadonlyMap<string, Other>): string | undefined {
  const isUnknown = ({ isBeside, mayLook, generation, reading }: Other): boolean =>
    isBeside && mayLook && reading?.generation !== generation;
  return others.entries().find(([, other]) => isUnknown(other))?.[0];
}

/** Whether another GitSync is about to let go of an object, so that it is worth to wait for that. */
export function isGiving(other: Other, id: string, revision: string): boolean {
  const { isBeside, reading } = other;
  if (reading === undefined) return false;
  return reading.leaving.has(id) || (isBeside && isBehind(other, revision) && reading.ids.has(id));
}

/** It has not looked at the revision, or by another spec than it has now. */
function isBehind({ generation, reading }: Other, revision: string): boolean {
  if (reading?.generation !== generation) return true;
  return reading.revision !== revision && reading.unreadable !== revision;
}
