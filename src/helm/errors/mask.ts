/** What must not be shown of what others say about a release: these words or, where nobody can tell which, all of it. */
export type Hidden =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'everything'; readonly why: string };

const MASK = '***';
/** Shorter text is no secret, and masking it would leave nothing of a message. */
const MIN_LENGTH = 4;

/** Replaces every one of the secrets, as it is and as base64. Longest first, so that no tail of a longer one is left. */
export function mask(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_LENGTH)
    .flatMap((secret) => [secret, Buffer.from(secret).toString('base64')])
    .sort((a, b) => b.length - a.length)
    .reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

export function hiding(words: readonly string[], also: Hidden): Hidden {
  return also.kind === 'everything' ? also : { kind: 'words', words: [...words, ...also.words] };
}

/** The text as far as it may be shown; where nothing of it may, why, and where to look instead. */
export function shown(text: string, hidden: Hidden, { what, where }: Withheld): string {
  return hidden.kind === 'words'
    ? mask(text, hidden.words)
    : `${what} is not shown, because it may quote Secrets of the release and ${hidden.why}: ${where}`;
}

export interface Withheld {
  /** As the beginning of a sentence: `what helm said`. */
  readonly what: string;
  /** As the end of one: `look at the Events of namespace shop`. */
  readonly where: string;
}
