/** What is known of a child that did not end well. */
export interface Ended {
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly isCanceled: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Of the operating system: ENOENT and the like. */
  readonly code?: string | undefined;
}

/** `overMemory` is the limit that it was ended for, if it was. */
export function explainEnd(
  ended: Ended,
  timeoutMs: number,
  maxOutputBytes: number,
  overMemory?: number,
): string {
  if (ended.timedOut) return `did not finish in ${seconds(timeoutMs)}`;
  if (ended.isMaxBuffer) return `wrote more than ${size(maxOutputBytes)}`;
  if (overMemory !== undefined) return `took more than ${size(overMemory)} of memory`;
  if (ended.isCanceled) return 'was stopped';
  if (ended.signal !== undefined) return `was ended by ${ended.signal}`;
  return `ended with exit code ${String(ended.exitCode ?? 'unknown')}`;
}

const NO_START: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'the program may not be run by this user',
  ENOEXEC: 'the file is not a program for this machine',
  E2BIG: 'its arguments and environment are too long',
  EAGAIN: 'the machine has no process left',
  EMFILE: 'this process has too many open files',
  ENFILE: 'the machine has too many open files',
  ENOMEM: 'the machine is out of memory',
};

export function explainNoStart(code: string | undefined, cwdExists: boolean): string {
  // The operating system says ENOENT for both, and "no such program" sends people the wrong way.
  if (code === 'ENOENT' && !cwdExists) return 'the folder to start it in is not there';
  return (code !== undefined && NO_START[code]) || `it could not be started (${code ?? 'no reason given'})`;
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / 100) / 10)} s`;
}

function size(bytes: number): string {
  if (bytes >= 1e6) return `${String(Math.round(bytes / 1e5) / 10)} MB`;
  return bytes >= 1e3 ? `${String(Math.round(bytes / 100) / 10)} kB` : `${String(bytes)} bytes`;
}
