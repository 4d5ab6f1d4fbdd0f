import { asOperatorError, describe } from '../../api/errors.ts';
import type { Pass } from '../pass.ts';
import { troubled } from '../../api/standing.ts';

/** Whatever ends a pass unexpectedly is said in status too, as far as that can be written; the pass is tried again. */
export async function reportingTrouble<T>(
  pass: Pass,
  stopping: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    if (pass.signal.aborted || stopping.aborted) throw caught;
    const error = asOperatorError(caught);
    try {
      await pass.save((status, context) => troubled(status, error.reason, describe(error), true, context));
    } catch (unwritten) {
      pass.log.warn('could not say in status what went wrong', { cause: describe(unwritten) });
    }
    throw caught;
  }
}
