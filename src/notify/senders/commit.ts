import { repositoryKey } from '../../git/repository-key.ts';
import type { CommitNotifier } from '../notifier.ts';
import { type Outcome, standingOf } from '../outcome.ts';
import type { Letter, Sender } from '../sender.ts';

/** A commit in a repository that the notifier is for. */
interface KnownCommit {
  /** Of the repository, at its host. */
  readonly path: readonly string[];
  readonly id: string;
}

/** Those of the commits that are in the repositories of the notifier; the host and each part of the path have to be the same. */
function commitsAt(
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

/** How the release of a commit came out. */
interface CommitStatus extends KnownCommit {
  readonly standing: 'good' | 'bad';
  readonly context: string;
  readonly sentence: string;
}

/** One letter for each commit of an outcome that was good or bad. */
export function perCommit(
  letterOf: (notifier: CommitNotifier, status: CommitStatus) => Letter | undefined,
): Pick<Sender<CommitNotifier>, 'together' | 'rate' | 'letters'> {
  return {
    together: { max: 1, rest: 'later' },
    rate: { burst: 30, everyMs: 1_000 },
    letters: (notifier, { outcomes }) =>
      outcomes.flatMap((outcome) => {
        const standing = standingOf(outcome);
        if (standing === 'neither') return [];
        const about = { standing, context: contextOf(notifier, outcome), sentence: outcome.sentence };
        return commitsAt(notifier, outcome).flatMap(
          (commit) => letterOf(notifier, { ...commit, ...about }) ?? [],
        );
      }),
  };
}

/** What tells the status of this release from those of all others on the same commit. */
function contextOf({ cluster }: Pick<CommitNotifier, 'cluster'>, { namespace, name }: Outcome): string {
  return ['helm-release', ...(cluster === undefined ? [] : [cluster]), namespace, name].join('/');
}

/** At an address of an API that may have a path of its own. */
export function below(api: URL, segments: readonly string[]): URL {
  const url = new URL(api);
  const path = segments.map((segment) => encodeURIComponent(segment)).join('/');
  url.pathname = `${api.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}
