import { isInOwnCommit } from '../api/chart-source.ts';
import type { HelmRelease, HistoryEntry } from '../api/helm-release.ts';
import type { Trail } from '../api/trail.ts';
import { repositoryKey } from '../git/repository-key.ts';
import { type GitUrl, parseGitUrl } from '../git/url.ts';
import { redactText } from '../telemetry/redact.ts';
import type { Commit } from './outcome.ts';

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commits that a revision was made of: the HelmRelease's, if a GitSync proved it, and that of a chart in Git. */
export function commitsOf(
  { spec }: Pick<HelmRelease, 'spec'>,
  { sourceRevision, trail }: Pick<HistoryEntry, 'trail'> & { readonly sourceRevision?: string | undefined },
): readonly Commit[] {
  const { chart } = spec;
  const chartsFrom = isInOwnCommit(chart) ? trail?.repository : chart.git;
  return distinct([
    ...commit(trail?.repository, trail?.commit),
    ...(chart.repository === undefined ? commit(chartsFrom, sourceRevision) : []),
  ]);
}

/** The commit that holds the HelmRelease as it is, where no revision was made of it. */
export function commitOfTrail(trail: Trail | undefined): readonly Commit[] {
  return commit(trail?.repository, trail?.commit);
}

export function distinct(commits: readonly Commit[]): readonly Commit[] {
  const known = new Map(commits.map((one) => [`${repositoryKey(one.repository) ?? ''} ${one.id}`, one]));
  return [...known.values()];
}

function commit(repository: string | undefined, id: string | undefined): readonly Commit[] {
  if (repository === undefined || id === undefined || !COMMIT.test(id)) return [];
  const address = parsedOrNot(repository);
  // What is sent and kept must not hold the password that an address may have.
  return address === undefined ? [] : [{ repository: redactText(address.shown), id }];
}

function parsedOrNot(repository: string): GitUrl | undefined {
  try {
    return parseGitUrl(repository);
  } catch {
    return undefined;
  }
}
