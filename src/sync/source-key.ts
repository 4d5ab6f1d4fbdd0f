import type { GitSync } from '../api/gitsync/git-sync.ts';
import { repositoryKey } from '../git/repository-key.ts';

/** Which commits a GitSync reads. */
interface SourceKey {
  readonly repository: string;
  /** Undefined for the default branch, as long as nobody has seen its name. */
  readonly ref: string | undefined;
}

/** Whether two GitSyncs read the same commits, or may. */
export type IsBeside = (one: GitSync, other: GitSync) => boolean;

/** Reads each object once, as the watch brings it: whoever compares, compares with all. */
export function createIsBeside(): IsBeside {
  const known = new WeakMap<GitSync, SourceKey>();
  const keyOf = (sync: GitSync): SourceKey => {
    const found = known.get(sync) ?? read(sync);
    known.set(sync, found);
    return found;
  };
  return (one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)];
    if (a.repository !== b.repository) return false;
    return a.ref === undefined || b.ref === undefined || a.ref === b.ref;
  };
}

function read({ metadata, spec: { url, ref = {} }, status }: GitSync): SourceKey {
  const repository = repositoryKey(url) ?? url;
  // What was applied by another spec says nothing of this one.
  const isOfThis = status?.observedGeneration === metadata.generation;
  const { branch = isOfThis ? branchIn(status?.appliedRevision) : undefined, ...others } = ref;
  const [named] = Object.entries(others);
  if (named !== undefined) return { repository, ref: named.join(' ') };
  return { repository, ref: branch === undefined ? undefined : `branch ${branch}` };
}

/** `main@sha1:...` */
function branchIn(revision: string | undefined): string | undefined {
  const at = revision?.lastIndexOf('@') ?? -1;
  return at <= 0 ? undefined : revision?.slice(0, at);
}
