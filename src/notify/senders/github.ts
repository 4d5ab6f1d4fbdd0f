import type { CommitNotifier } from '../notifier.ts';
import { standingOf } from '../outcome.ts';
import { JSON_HEADERS, line, type Sender } from '../sender.ts';
import { below, commitsAt, contextOf } from './commit.ts';

/** What GitHub takes. */
const MAX_DESCRIPTION = 140;
const STATES = { good: 'success', bad: 'failure' } as const;

/** A status of the commit. A later one takes the place of an earlier one with the same context. */
export const github: Sender<CommitNotifier> = {
  together: { max: 1, rest: 'later' },
  rate: { burst: 30, everyMs: 1_000 },
  letters: (notifier, { outcomes }) =>
    outcomes.flatMap((outcome) => {
      const standing = standingOf(outcome);
      if (standing === 'neither') return [];
      const body = JSON.stringify({
        state: STATES[standing],
        context: contextOf(notifier, outcome),
        description: line(outcome.sentence, MAX_DESCRIPTION),
      });
      const headers = {
        ...JSON_HEADERS,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        authorization: `Bearer ${notifier.token}`,
      };
      return commitsAt(notifier, outcome)
        .filter(({ path }) => path.length === 2)
        .map(({ path, id }) => ({
          url: below(notifier.api, ['repos', ...path, 'statuses', id]),
          headers,
          body,
        }));
    }),
};
