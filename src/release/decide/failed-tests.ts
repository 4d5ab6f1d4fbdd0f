import type { Observed } from '../observe/observed.ts';
import type { Wanted } from './wanted.ts';

/** What becomes of a deployed revision whose tests have failed. */
export type AfterFailedTests =
  /** A first installation is taken away, and made again later. */
  | { readonly kind: 'clear' }
  | { readonly kind: 'rollback'; readonly to: number }
  /** It is left as it is: the same tests would only say the same. */
  | { readonly kind: 'stay' };

export function afterFailedTests(
  { rollback, isOwn }: Pick<Wanted, 'rollback' | 'isOwn'>,
  {
    restorable,
    onlyOwnInstalls,
  }: Pick<Extract<Observed, { kind: 'present' }>, 'restorable' | 'onlyOwnInstalls'>,
): AfterFailedTests {
  if (restorable === undefined) return { kind: onlyOwnInstalls && !isOwn ? 'clear' : 'stay' };
  return rollback ? { kind: 'rollback', to: restorable } : { kind: 'stay' };
}
