import { type Outcome, standingOf } from './outcome.ts';

export const NOTIFIER_KINDS = ['slack', 'webhook', 'alertmanager', 'github', 'gitlab'] as const;
export type NotifierKind = (typeof NOTIFIER_KINDS)[number];

export interface NotifierBase {
  /** Of its Secret. */
  readonly name: string;
  /** The namespaces of the HelmReleases that it is told of; empty for all. */
  readonly namespaces: readonly string[];
  readonly outcomes: 'all' | 'failures';
  /** What this cluster is called in messages. */
  readonly cluster: string | undefined;
  /** Certificates that are trusted beside the usual ones, PEM. */
  readonly ca: string | undefined;
}

export interface SlackNotifier extends NotifierBase {
  readonly kind: 'slack';
  /** A secret as a whole: whoever knows it can write into the channel. */
  readonly url: URL;
  readonly channel: string | undefined;
}

export interface WebhookNotifier extends NotifierBase {
  readonly kind: 'webhook';
  readonly url: URL;
  readonly key: Buffer;
}

export interface AlertmanagerNotifier extends NotifierBase {
  readonly kind: 'alertmanager';
  /** Of the Alertmanager, without the path of its API. */
  readonly url: URL;
  readonly authorization: string | undefined;
}

export interface CommitNotifier extends NotifierBase {
  readonly kind: 'github' | 'gitlab';
  /** What the key of each repository that is meant begins with, as `host` or `host/path`. */
  readonly repositories: string;
  readonly api: URL;
  readonly token: string;
}

/** Where outcomes are told; the name of its Secret is its own. */
export type Notifier = SlackNotifier | WebhookNotifier | AlertmanagerNotifier | CommitNotifier;

export function wants({ namespaces, outcomes }: NotifierBase, outcome: Outcome): boolean {
  return isOf(namespaces, outcome.namespace) && (outcomes === 'all' || standingOf(outcome) === 'bad');
}

export function isOf(namespaces: readonly string[], namespace: string): boolean {
  return namespaces.length === 0 || namespaces.includes(namespace);
}
