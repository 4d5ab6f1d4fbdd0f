import type { AfterFailedTests } from './failed-tests.ts';

/** Why an action that makes a revision is taken; kept in `status.history` and shown to people. */
export type Cause =
  | 'FirstInstall'
  | 'Changed'
  | 'Retry'
  | 'Interrupted'
  | 'ForeignChange'
  | 'Adopted'
  | 'Rollback'
  | 'Requested';

/** Why nothing is done although the release is not as wanted. */
export type StayReason =
  /** This input was rolled back, and the rules ask for no further try. */
  | 'rejected'
  /** Nothing but another input can help, or the tries are used up. */
  | 'failed'
  /** An uninstall of the operator's own release was not finished, which no operator may do. */
  | 'own';

/** The one thing to do next. The caller acts, records the result and asks again. */
export type Action =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'install'; readonly because: Cause; readonly replace: boolean }
  | {
      readonly kind: 'upgrade';
      readonly because: Cause;
      /** A revision of ours that never became ready and is now overtaken. */
      readonly overtakes?: number;
    }
  | { readonly kind: 'adopt'; readonly revision: number }
  /** Wait, without holding a worker, until the objects of the revision are ready. */
  | { readonly kind: 'await'; readonly revision: number }
  /** The same for a revision that a rollback of ours made. */
  | { readonly kind: 'await-rollback'; readonly revision: number }
  | { readonly kind: 'test'; readonly revision: number; readonly ifFailed: AfterFailedTests['kind'] }
  /** Write into Helm's storage that a revision which Helm calls deployed did not become ready. */
  | { readonly kind: 'condemn'; readonly revision: number; readonly restore?: number }
  | {
      readonly kind: 'rollback';
      readonly because: Extract<Cause, 'Rollback' | 'ForeignChange'>;
      readonly from: number;
      readonly to: number;
    }
  /** Put our marks on a rollback that we made but did not live to mark. */
  | { readonly kind: 'seal'; readonly revision: number }
  /** A revision that was given up became ready after all. */
  | { readonly kind: 'accept'; readonly revision: number }
  | { readonly kind: 'unlock'; readonly revision: number }
  /** Remove what is left of a release: a half-done uninstall, or a first install whose tests failed. */
  | { readonly kind: 'clear'; readonly revision: number; readonly why: string }
  /** For the time of the next try, or for a helm of somebody else to let the release go. */
  | { readonly kind: 'wait'; readonly for: 'retry' | 'lock'; readonly ms: number; readonly why: string }
  | { readonly kind: 'stay'; readonly why: StayReason };
