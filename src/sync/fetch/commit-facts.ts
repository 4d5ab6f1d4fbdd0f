import type { CommitObject } from '../../git/commit-object.ts';

/** What people are told of a commit. */
export interface CommitFacts {
  readonly author: string;
  readonly subject: string;
  readonly time: string;
}

const MAX_AUTHOR = 120;
const MAX_SUBJECT = 200;

/** Whoever may commit chooses these words, and they get into status, annotations and Events. */
export function factsOf({ author, subject }: Pick<CommitObject, 'author' | 'subject'>): CommitFacts {
  const { name, email, time } = author;
  return {
    author: harmless(email === '' ? name : `${name} <${email}>`, MAX_AUTHOR),
    subject: harmless(subject, MAX_SUBJECT),
    time,
  };
}

/** One line without control characters, marks of direction included, that is no longer than so many characters. */
export function harmless(text: string, max: number): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join('')}…`;
}
