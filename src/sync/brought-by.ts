import { basename } from 'node:path/posix';
import type { Git } from '../git/git.ts';
import type { GitRemote } from '../git/remote.ts';
import { KUSTOMIZATION_NAMES } from './kustomize/kustomization.ts';

/** Which commit brought the content of a file that has changed; undefined where the newest one has to do. */
export type BroughtBy = (file: string) => string | undefined;

export interface Span {
  /** What was in the cluster before; undefined if nothing was. */
  readonly from: string | undefined;
  readonly to: string;
}

/** Where kustomize begins, and Flux v1 had it begin. */
const BUILT: ReadonlySet<string> = new Set([...KUSTOMIZATION_NAMES, '.flux.yaml']);
const BY_THE_NEWEST: BroughtBy = () => undefined;

/**
 * Finds it in the history, when more than one commit has come since the last look, or one that merges others. What kustomize
 * builds is made of many files, of which only the newest commit is known to hold them all.
 */
export async function findBroughtBy(
  git: Pick<Git, 'commit' | 'changes'>,
  remote: GitRemote,
  { from, to }: Span,
  signal: AbortSignal,
): Promise<BroughtBy> {
  if (from === undefined || from === to) return BY_THE_NEWEST;
  const { parents } = await git.commit(remote, to, signal);
  if (parents.length === 1 && parents[0] === from) return BY_THE_NEWEST;
  try {
    const changes = await git.changes(remote, { from, to }, signal);
    return (file) => (BUILT.has(basename(file)) ? undefined : changes.get(file));
  } catch {
    // It only tells who it was: what is applied does not hang on it.
    signal.throwIfAborted();
    return BY_THE_NEWEST;
  }
}
