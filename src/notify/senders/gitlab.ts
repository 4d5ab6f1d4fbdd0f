import type { CommitNotifier } from '../notifier.ts';
import { JSON_HEADERS, line, type Sender } from '../sender.ts';
import { below, perCommit } from './commit.ts';

/** What its columns hold. */
const MAX_TEXT = 255;
const STATES = { good: 'success', bad: 'failed' } as const;

/** An external job in the pipeline of the commit. */
export const gitlab: Sender<CommitNotifier> = {
  ...perCommit(({ api, token }, { path, id, standing, context, sentence }) => ({
    url: below(api, ['projects', path.join('/'), 'statuses', id]),
    headers: { ...JSON_HEADERS, 'private-token': token },
    body: JSON.stringify({
      state: STATES[standing],
      name: line(context, MAX_TEXT),
      description: line(sentence, MAX_TEXT),
    }),
  })),
  // It answers so to a state that the job is in already.
  isDone: (status, body) => status === 400 && body.includes('Cannot transition status'),
};
