import { createHmac } from 'node:crypto';
import type { WebhookNotifier } from '../notifier.ts';
import type { Outcome } from '../outcome.ts';
import { JSON_HEADERS, type Sender } from '../sender.ts';

/** Our own form (docs/notifications.md), signed as the receivers of webhooks here want it: `<X-Timestamp>.<body>`. */
export const webhook: Sender<WebhookNotifier> = {
  together: { max: 50, rest: 'later' },
  rate: { burst: 30, everyMs: 1_000 },
  letters: ({ url, key, cluster }, { outcomes, more, now }) => {
    const body = JSON.stringify({
      version: 1,
      ...(cluster === undefined ? {} : { cluster }),
      outcomes: outcomes.map(shown),
      more,
    });
    const timestamp = String(Math.trunc(now.getTime() / 1000));
    const signature = `sha256=${signatureOf(key, timestamp, body)}`;
    return [{ url, headers: { ...JSON_HEADERS, 'x-timestamp': timestamp, 'x-signature': signature }, body }];
  },
};

function signatureOf(key: Buffer, timestamp: string, body: string): string {
  return createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex');
}

/** The id is the same each time that an outcome is sent, and of no other. */
function shown({ key, uid, ...outcome }: Outcome) {
  return { id: `${uid}/${key}`, ...outcome };
}
