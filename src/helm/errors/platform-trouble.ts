import type { FailureClass, HelmError } from '../errors.ts';

const CLASSES: ReadonlySet<FailureClass> = new Set([
  'UNREACHABLE',
  'API_TRANSIENT',
  'UNAUTHENTICATED',
  'CANCELLED',
]);

/** helm did not get so far as to say anything. */
const UNFINISHED: ReadonlySet<FailureClass> = new Set(['KILLED', 'RUN_LIMIT', 'NOT_STARTED']);

/** What keeps a test from being run at all, whatever it would have found. */
const UNTESTED: ReadonlySet<FailureClass> = new Set(['FORBIDDEN', 'QUOTA', 'WEBHOOK_DOWN', 'NS_TERMINATING']);

/** Whether helm failed for a reason that says nothing about what it was to deploy: the same input may well work. */
export function isPlatformTrouble(error: HelmError): boolean {
  return CLASSES.has(error.class);
}

/** The same where helm was ended from outside in the middle of it, most likely because memory ran out. */
export function isBlameless(error: HelmError): boolean {
  return isPlatformTrouble(error) || error.class === 'KILLED';
}

/** Whether nothing at all is known from this run. */
export function saysNothing(error: HelmError): boolean {
  return isPlatformTrouble(error) || UNFINISHED.has(error.class);
}

/** Whether the tests of a release were run to an end, which went badly: only then anything may be undone for them. */
export function isTestVerdict(error: HelmError): boolean {
  return !saysNothing(error) && !UNTESTED.has(error.class);
}
