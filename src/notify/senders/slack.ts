import type { SlackNotifier } from '../notifier.ts';
import { type Outcome, type Result, standingOf } from '../outcome.ts';
import { type Batch, cut, JSON_HEADERS, line, type Sender } from '../sender.ts';

const WORDS: Readonly<Record<Result, string>> = {
  Released: 'released',
  Failed: 'failed',
  TestFailed: 'tests failed',
  RolledBack: 'rolled back',
  Overtaken: 'overtaken',
  Mended: 'works again',
  Uninstalled: 'uninstalled',
};

const COLORS = { good: 'good', bad: 'danger', neither: '#8a8a8a' } as const;
const MAX_HEADLINE = 300;
const MAX_SENTENCE = 2_500;
const MAX_LISTED_SENTENCE = 200;
const LISTED = 10;

/** Slack's incoming webhooks, and whatever takes their form: Mattermost, Rocket.Chat, Discord's /slack. */
export const slack: Sender<SlackNotifier> = {
  together: { max: LISTED, rest: 'counted' },
  rate: { burst: 20, everyMs: 3_000 },
  letters: ({ url, channel, cluster }, batch) => {
    const message = messageOf(batch, cluster);
    const body = JSON.stringify(channel === undefined ? message : { channel, ...message });
    return [{ url, headers: JSON_HEADERS, body }];
  },
};

interface Message {
  readonly text: string;
  readonly attachments: readonly { readonly color: string; readonly text: string }[];
}

function messageOf({ outcomes, more }: Batch, cluster: string | undefined): Message {
  const [first] = outcomes;
  const where = cluster === undefined ? '' : `[${cluster}] `;
  if (first !== undefined && outcomes.length === 1 && more === 0) {
    const text = escaped(`${where}${headlineOf(first)}`);
    const sentence = escaped(cut(first.sentence, MAX_SENTENCE));
    return { text, attachments: [{ color: COLORS[standingOf(first)], text: sentence }] };
  }
  const attachments = outcomes.map((outcome) => ({
    color: COLORS[standingOf(outcome)],
    text: escaped(`${headlineOf(outcome)}: ${line(outcome.sentence, MAX_LISTED_SENTENCE)}`),
  }));
  const rest = more === 0 ? [] : [{ color: COLORS.neither, text: `and ${String(more)} more` }];
  const text = `${where}${String(outcomes.length + more)} outcomes at once`;
  return { text: escaped(text), attachments: [...attachments, ...rest] };
}

function headlineOf({ namespace, name, result, chart, version, revision }: Outcome): string {
  const what = chart === undefined ? '' : ` ${chart}-${version ?? ''}`;
  const which = revision === undefined ? '' : ` (revision ${String(revision)})`;
  return line(`${namespace}/${name} ${WORDS[result]}:${what}${which}`, MAX_HEADLINE).replace(/:$/, '');
}

/** Else `<!channel>`, or `@channel` where others take Slack's form, in the words of a chart would call everybody. */
function escaped(text: string): string {
  const harmless = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  // Not in the digest of an image, which people copy.
  return harmless.replace(/@(?!sha\d+:)/g, '@\u200b');
}
