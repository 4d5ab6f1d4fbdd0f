import type { CommitNotifier } from '../notifier.ts';
import { standingOf } from '../outcome.ts';
import { JSON_HEADERS, line, type Sender } from '../sender.ts';
import { below, commitsAt, contextOf } from './commit.ts';

/** What its columns hold. */
const MAX_TEXT = 255;
const STATES = { good: 'success', bad: 'failed' } as const;

/** An external job in the pipeline of the commit. */
export const gitlab: Sender<CommitNotifier> = {
  together: { max: 1, rest: 'later' },
  rate: { burst: 30, everyMs: 1_000 },
  letters: (notifier, { outcomes }) =>
    outcomes.flatMap((outcome) => {
      const standing = standingOf(outcome);
      if (standing === 'neither') return [];
      const body = JSON.stringify({
        state: STATES[standing],
        name: line(contextOf(notifier, outcome), MAX_TEXT),
        description: line(outcome.sentence, MAX_TEXT),
      });
      const headers = { ...JSON_HEADERS, 'private-token': notifier.token };
      return commitsAt(notifier, outcome).map(({ path, id }) => ({
        url: below(notifier.api, ['projects', path.join('/'), 'statuses', id]),
        headers,
        body,
      }));
    }),
  // It answers so to a state that the job is in already.
  isDone: (status, body) => status === 400 && body.includes('Cannot transition status'),
};
