const MAX_LENGTH = 300;

/** A message of Kubernetes as part of a sentence: one line, no control characters, bounded, no full stop. */
export function oneLine(message: string, maxLength = MAX_LENGTH): string {
  const line = message
    .slice(0, 4 * maxLength)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/[.:;,]+$/, '');
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).trimEnd()}…`;
}

/**
 * The root of a chain of causes as Go programs write them (`a: b: c`): its last part. Container runtimes put `unknown`
 * behind it and a gRPC code in front.
 */
export function lastCause(message: string): string {
  const parts = oneLine(message, 4 * MAX_LENGTH).split(': ');
  while (parts.length > 1 && parts.at(-1) === 'unknown') parts.pop();
  return oneLine(parts.at(-1) ?? '');
}
