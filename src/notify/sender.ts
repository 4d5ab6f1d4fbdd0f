import type { Notifier } from './notifier.ts';
import type { Outcome } from './outcome.ts';

/** One POST. */
export interface Letter {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Outcomes that are told in one go. */
export interface Batch {
  readonly outcomes: readonly Outcome[];
  /** How many there were beside, of which only the number is told. */
  readonly more: number;
  readonly now: Date;
}

export interface Sender<N extends Notifier> {
  /** How many outcomes go together when the rate has held them back; of what is more only the number is told. */
  readonly together: { readonly max: number; readonly rest: 'counted' | 'later' };
  readonly rate: { readonly burst: number; readonly everyMs: number };
  /** None if the outcome is of no concern there. Pure: nothing of it is sent yet. */
  readonly letters: (notifier: N, batch: Batch) => readonly Letter[];
  /** Whether an answer which looks like a refusal says that all is as it is to be. */
  readonly isDone?: (status: number, body: string) => boolean;
}

export const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/** Cut without a half of a surrogate pair at its end. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** On one line, without control characters and marks of direction. */
export function line(text: string, max: number): string {
  return cut(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim(), max);
}
