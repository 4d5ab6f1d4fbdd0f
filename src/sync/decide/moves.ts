/** What a GitSync has read of Git last, as far as others have to know it. */
export interface Reading {
  readonly revision: string;
  /** All that the folder held then. */
  readonly ids: ReadonlySet<string>;
  /** What has left the folder, as long as it has not been decided whether it has gone to another one. */
  readonly leaving: ReadonlySet<string>;
  /** A later revision, of which nobody could tell what it holds. */
  readonly unreadable?: string;
}

export interface Other {
  /** Repository and ref: those with the same mean the same commits. */
  readonly source: string;
  /** Undefined if it has read nothing yet. */
  readonly reading: Reading | undefined;
}

export interface MovesInput {
  readonly source: string;
  readonly revision: string;
  /** The revision that was in the cluster before. */
  readonly before: string | undefined;
  /** Ids that the folder held and holds no more. */
  readonly leaving: ReadonlySet<string>;
  /** Ids that the folder holds and did not hold. */
  readonly coming: ReadonlySet<string>;
  /** All other GitSyncs. */
  readonly others: ReadonlyMap<string, Other>;
}

export interface Moves {
  /** By id: which GitSync holds it now. */
  readonly handed: ReadonlyMap<string, string>;
  /** A GitSync whose folder this commit made unreadable: what has left here may be there. */
  readonly unreadable?: string;
}

/**
 * Who has to look at the commit before anything is deleted that has left the folder. What a commit moves to the folder of
 * another GitSync is handed over, and not deleted by the one before the other makes it anew.
 */
export function unreadBy(input: MovesInput): string | undefined {
  if (input.leaving.size === 0) return undefined;
  return input.others.entries().find(([, other]) => isBehind(other, input))?.[0];
}

/** Who holds what comes to the folder, and has not let go of it yet. */
export function heldBy(input: MovesInput): string | undefined {
  return input.others.entries().find(([, other]) => {
    const { reading } = other;
    if (reading === undefined) return false;
    if (!reading.leaving.isDisjointFrom(input.coming)) return true;
    return isBehind(other, input) && !reading.ids.isDisjointFrom(input.coming);
  })?.[0];
}

/** Reads the same commits, and has not read this one. */
function isBehind({ source: theirs, reading }: Other, { source, revision }: MovesInput): boolean {
  return theirs === source && reading?.revision !== revision && reading?.unreadable !== revision;
}

/** What has moved to whom, by what the others have read. */
export function decideMoves(input: MovesInput): Moves {
  const { source, revision, before, leaving, others } = input;
  const handed = new Map(
    [...leaving].flatMap((id) => {
      const [holder] = others.entries().find(([, { reading }]) => reading?.ids.has(id) === true) ?? [];
      return holder === undefined ? [] : [[id, holder] as const];
    }),
  );
  if (handed.size === leaving.size) return { handed };
  // Of those that could not be read before either the commit says nothing.
  const isBroken = ({ source: theirs, reading }: Other): boolean =>
    theirs === source && reading?.unreadable === revision && reading.revision === before;
  const [unreadable] = others.entries().find(([, other]) => isBroken(other)) ?? [];
  return unreadable === undefined ? { handed } : { handed, unreadable };
}
