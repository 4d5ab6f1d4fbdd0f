import { repositoryKey } from '../../git/repository-key.ts';
import type { CommitNotifier } from '../notifier.ts';
import type { Outcome } from '../outcome.ts';

/** A commit in a repository that the notifier is for. */
export interface KnownCommit {
  /** Of the repository, at its host. */
  readonly path: readonly string[];
  readonly id: string;
}

/** Those of the commits that are in the repositories of the notifier; the host and each part of the path have to be the same. */
export function commitsAt(
  { repositories }: Pick<CommitNotifier, 'repositories'>,
  { commits }: Pick<Outcome, 'commits'>,
): readonly KnownCommit[] {
  return commits.flatMap(({ repository, id }) => {
    const key = repositoryKey(repository);
    if (key === undefined || !`${key}/`.startsWith(`${repositories}/`)) return [];
    const [, ...path] = key.split('/');
    return [{ path, id }];
  });
}

/** What tells the status of this release from those of all others on the same commit. */
export function contextOf(
  { cluster }: Pick<CommitNotifier, 'cluster'>,
  { namespace, name }: Outcome,
): string {
  return ['helm-release', ...(cluster === undefined ? [] : [cluster]), namespace, name].join('/');
}

/** At an address of an API that may have a path of its own. */
export function below(api: URL, segments: readonly string[]): URL {
  const url = new URL(api);
  const path = segments.map((segment) => encodeURIComponent(segment)).join('/');
  url.pathname = `${api.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}
