import type { Trail } from '../api/trail.ts';
import type { Git } from '../git/git.ts';
import type { GitRemote } from '../git/remote.ts';
import { parseGitUrl } from '../git/url.ts';
import { type CommitFacts, factsOf } from './fetch/commit-facts.ts';

/** Who made a commit, and where; the file is not known yet. */
export type TrailAt = (commit: string) => Promise<Omit<Trail, 'path'>>;

/** Asks git once for each commit. Of one that is not to be had any more, the newest one tells. */
export function createTrailAt(
  git: Pick<Git, 'commit'>,
  remote: GitRemote,
  newest: { readonly commit: string; readonly facts: CommitFacts },
  signal: AbortSignal,
): TrailAt {
  const repository = parseGitUrl(remote.url).shown;
  const trailOf = (commit: string, { author, subject }: CommitFacts): Omit<Trail, 'path'> => ({
    ...{ repository, commit, author, subject },
  });
  const known = new Map<string, Promise<Omit<Trail, 'path'>>>([
    [newest.commit, Promise.resolve(trailOf(newest.commit, newest.facts))],
  ]);
  const ask = async (commit: string): Promise<Omit<Trail, 'path'>> => {
    try {
      return trailOf(commit, factsOf(await git.commit(remote, commit, signal)));
    } catch {
      signal.throwIfAborted();
      return trailOf(newest.commit, newest.facts);
    }
  };
  return (commit) => {
    const trail = known.get(commit) ?? ask(commit);
    known.set(commit, trail);
    return trail;
  };
}
