/** helm's own stack traces, which it adds with --debug. */
const TRACE = /^helm\.go:\d+: /;
/** What libraries and helm log beside the error. */
const NOISE = /^(level=|time=|Flag --|[IWEF]\d{4} |\w+\.go:\d+: |warning: |WARNING: )/;
const PREFIXES =
  /^(?:Error: |(?:UPGRADE|INSTALLATION|ROLLBACK) FAILED: |release \S+ failed: |(?:release name|cluster reachability) check failed: )+/;
const UNINSTALL_CAUSES = [
  /^uninstall\.go:\d+: .*?Failed to delete release: \[(.*)\]$/m,
  /msg="uninstall: Failed to delete release" error="((?:[^"\\]|\\.)*)"/,
];

/** What helm has to say for itself, of all that it wrote: without prefixes, logs, stack traces and repetitions. */
export function essenceOf(stderr: string): string {
  const lines = stderr.replace(/\r/g, '').split('\n');
  const start = lines.findIndex((line) => line.startsWith('Error: '));
  const said = start < 0 ? lines.filter((line) => !NOISE.test(line)) : untilTrace(lines.slice(start));
  const text = withoutLists(said.join('\n')).trim().replace(PREFIXES, '');
  return withCause(withoutRepetition(text), stderr);
}

/** On one line, of bounded length, without the dot at its end. */
export function oneLine(text: string, maxLength = 1_000): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

function untilTrace(lines: readonly string[]): readonly string[] {
  const trace = lines.findIndex((line) => TRACE.test(line));
  return trace < 0 ? lines : lines.slice(0, trace);
}

/** Helm 3 writes even a single error as a list: `1 error occurred:`, a tab, a star. */
function withoutLists(text: string): string {
  return text
    .replace(/\d+ errors? occurred:\s*\n\t\* /g, '')
    .replace(/\n\t\* /g, '; ')
    .replace(/\n{2,}/g, '\n');
}

/** `a: b: b` is `a: b`. */
function withoutRepetition(text: string): string {
  const parts = text.split(': ');
  return parts.filter((part, at) => part !== parts[at - 1]).join(': ');
}

/** helm says only that it failed to delete; why it says to its debug log alone. */
function withCause(text: string, stderr: string): string {
  if (!/^failed to delete release: \S+$/.test(text)) return text;
  for (const pattern of UNINSTALL_CAUSES) {
    const cause = pattern.exec(stderr)?.[1];
    if (cause !== undefined) return unescaped(cause).replace(/^\[(.*)\]$/s, '$1');
  }
  return text;
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, '$1').replace(/\\n/g, '\n');
}
