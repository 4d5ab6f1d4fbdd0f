import type { Retry } from '../../api/errors.ts';

export type Verb = 'install' | 'upgrade' | 'dry-run' | 'rollback' | 'uninstall' | 'test' | 'package';

/** What is known of the run whose failure is to be explained. */
export interface FailedRun {
  readonly verb: Verb;
  readonly namespace: string;
  readonly name: string;
}

/** One kind of failure: how to recognise it, whether trying again can help, and what to tell people. */
export interface FailureKind {
  readonly class: string;
  /** Of the condition and the Event. */
  readonly reason: string;
  readonly retry: Retry;
  readonly pattern: RegExp;
  /** A sentence with the way out; undefined leaves helm's own words. */
  readonly explain?: (text: string, run: FailedRun) => string | undefined;
}
