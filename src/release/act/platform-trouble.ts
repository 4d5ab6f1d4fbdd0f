import type { FailureClass, HelmError } from '../../helm/errors.ts';

const CLASSES: ReadonlySet<FailureClass> = new Set([
  'UNREACHABLE',
  'API_TRANSIENT',
  'UNAUTHENTICATED',
  'CANCELLED',
]);

/** Whether helm failed for a reason that says nothing about what it was to deploy: the same input may well work. */
export function isPlatformTrouble(error: HelmError): boolean {
  return CLASSES.has(error.class);
}
