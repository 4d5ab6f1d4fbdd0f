import type { AlertmanagerNotifier, Notifier } from './notifier.ts';
import type { Batch, Letter, Sender } from './sender.ts';
import { github } from './senders/github.ts';
import { gitlab } from './senders/gitlab.ts';
import { slack } from './senders/slack.ts';
import { webhook } from './senders/webhook.ts';

/** One that is told of outcomes. Alertmanager is told what stands instead: see alert-sender.ts. */
export type OutcomeNotifier = Exclude<Notifier, AlertmanagerNotifier>;

/** A sender with the notifier that it sends for. */
export interface BoundSender extends Omit<Sender<Notifier>, 'letters'> {
  readonly letters: (batch: Batch) => readonly Letter[];
}

export function senderFor(notifier: OutcomeNotifier): BoundSender {
  switch (notifier.kind) {
    case 'slack':
      return bind(slack, notifier);
    case 'webhook':
      return bind(webhook, notifier);
    case 'github':
      return bind(github, notifier);
    case 'gitlab':
      return bind(gitlab, notifier);
  }
}

function bind<N extends Notifier>(sender: Sender<N>, notifier: N): BoundSender {
  return { ...sender, letters: (batch) => sender.letters(notifier, batch) };
}
