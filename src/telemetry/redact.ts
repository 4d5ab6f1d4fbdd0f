const REDACTED = '***';

/** Names of fields that hold a secret; `secretName`, `tokenFile` and the like only say where one is. */
const SECRET_KEY =
  /pass(word|wd|phrase|code)?$|secrets?$|tokens?$|(api|access|private|signing|encryption)[_-]?key$|authorization$|credentials?$|cookie$/i;

/** Longer texts are cut before the patterns run, so that a hostile one cannot keep the process busy. */
const MAX_TEXT = 64_000;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, REDACTED],
  // User-info of a URL. A lone user of ssh is no secret; one of https may be a token.
  [/\b((?!ssh:)[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>]{1,2000}@/gi, `$1${REDACTED}@`],
  [/\b(ssh:\/\/)[^\s/?#"'<>@:]{0,200}:[^\s/?#"'<>]{0,2000}@/gi, `$1${REDACTED}@`],
  [
    /([?&][\w-]{0,40}(?:token|secret|password|passwd|signature|sig|key|credential)=)[^&\s"'#]+/gi,
    `$1${REDACTED}`,
  ],
  [
    /\b(authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)?)\s{0,3}[^\s"',;]+/gi,
    `$1 ${REDACTED}`,
  ],
  [/\b(bearer)\s+[\w.~+/=-]{16,}/gi, `$1 ${REDACTED}`],
  [/\b((?:password|passwd|passphrase|token|client_secret)=)(?!\*)[^\s&"',;]+/gi, `$1${REDACTED}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, REDACTED],
];

/** Takes out what is a secret by its form: user-info of URLs, tokens, private keys. */
export function redactText(text: string): string {
  const bounded = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  return PATTERNS.reduce((shown, [pattern, by]) => shown.replace(pattern, by), bounded);
}

/** A field that is a secret by its name is not shown at all. Flags such as `hasToken: true` stay. */
export function redactField<T>(key: string, value: T): T | string {
  if (typeof value === 'boolean' || value === undefined) return value;
  if (SECRET_KEY.test(key)) return REDACTED;
  return typeof value === 'string' ? redactText(value) : value;
}
