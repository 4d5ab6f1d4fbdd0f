import { describe, OperatorError } from '../../api/errors.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { Revisions } from '../observe/revisions.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';

class MissingRightsError extends OperatorError {
  readonly reason = 'Forbidden';
  readonly retry = 'backoff';
}

/**
 * The release's revisions as the server has them. Whoever may not read them in the namespace of the release can do
 * nothing else there: that is a failure to tell people of, and no accident.
 */
export async function readableRevisions(
  pass: Pass,
  { account }: Pick<Plan, 'account'>,
  { revisions, ...ports }: FailPorts & { readonly revisions: Pick<Revisions, 'fresh'> },
): Promise<{ readonly records: readonly RevisionRecord[] } | Outcome> {
  try {
    return { records: await revisions.fresh(pass.target, pass.signal) };
  } catch (caught) {
    if (!isForbidden(caught)) throw caught;
    const error = new MissingRightsError(sentenceOn(pass.target, account, describe(caught)));
    const ms = await recordFailure(pass, { step: 'ownership', error }, ports);
    return ms === undefined ? { kind: 'stalled', cause: error.message } : { kind: 'retry', ms };
  }
}

function sentenceOn({ namespace }: ReleaseTarget, account: Plan['account'], refusal: string): string {
  if (account === undefined) {
    return `the operator has no rights to the releases in namespace ${namespace}: ${refusal}: bind its ServiceAccount a Role there with the rules of docs/reference/rights.md, or name another spec.targetNamespace`;
  }
  const others =
    account.sync === undefined ? 'name another spec.serviceAccountName' : 'name another one in the GitSync';
  return `${refusal}, or ${others}`;
}
