import type { CommitNotifier } from '../notifier.ts';
import { JSON_HEADERS, line, type Sender } from '../sender.ts';
import { below, perCommit } from './commit.ts';

/** What GitHub takes. */
const MAX_DESCRIPTION = 140;
const STATES = { good: 'success', bad: 'failure' } as const;

/** A status of the commit. A later one takes the place of an earlier one with the same context. */
export const github: Sender<CommitNotifier> = perCommit(
  ({ api, token }, { path, id, standing, context, sentence }) =>
    path.length !== 2
      ? undefined
      : {
          url: below(api, ['repos', ...path, 'statuses', id]),
          headers: {
            ...JSON_HEADERS,
            accept: 'application/vnd.github+json',
            'x-github-api-version': '2022-11-28',
            authorization: `Bearer ${token}`,
          },
          body: JSON.stringify({
            state: STATES[standing],
            context,
            description: line(sentence, MAX_DESCRIPTION),
          }),
        },
);
