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
