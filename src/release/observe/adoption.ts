import { isTrue } from '../../api/conditions.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import type { DifferenceFrom } from './difference.ts';

/** What a deployed release that says nothing to us is, compared with what is wanted. */
export type Adoption =
  | { readonly kind: 'same' }
  /** What is wanted was this revision, which failed and was rolled back. */
  | { readonly kind: 'rejected'; readonly failed: number }
  | { readonly kind: 'different'; readonly difference: string };

/** Reads what Helm stores of the newest revision and, where it is a rollback, of what it was the answer to. */
export async function adoptionOf(
  pass: Pick<Pass, 'status' | 'generation' | 'signal'>,
  plan: Plan,
  records: readonly RevisionRecord[],
  differenceFrom: DifferenceFrom,
): Promise<Adoption> {
  const newest = records.at(-1)?.revision ?? 0;
  const difference = await differenceFrom(plan, newest, pass.signal);
  if (difference === undefined) return { kind: 'same' };
  for (const failed of isRolledBack(pass) ? undone(records, newest) : []) {
    if ((await differenceFrom(plan, failed, pass.signal)) === undefined) return { kind: 'rejected', failed };
  }
  return { kind: 'different', difference };
}

/** As 1.4.4 has it: of an older generation it says nothing about what is wanted now. */
function isRolledBack({ status, generation }: Pick<Pass, 'status' | 'generation'>): boolean {
  const { conditions, observedGeneration } = status();
  return isTrue(conditions, 'RolledBack') && observedGeneration === generation;
}

/** What the rollback may have been the answer to: Helm calls a revision superseded whose tests only had failed. */
function undone(records: readonly RevisionRecord[], newest: number): readonly number[] {
  const older = records.filter(({ revision }) => revision < newest);
  return (['failed', 'superseded'] as const)
    .map((wanted) => older.findLast(({ status }) => status === wanted)?.revision)
    .filter((revision) => revision !== undefined);
}
