import { OperatorError } from '../../api/errors.ts';
import type { Surroundings } from '../observe/surroundings.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Pass } from '../pass.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';

export interface RequireNamespacePorts extends FailPorts {
  readonly surroundings: Pick<Surroundings, 'isNamespaceMissing'>;
}

class NamespaceMissingError extends OperatorError {
  readonly reason = 'NamespaceNotFound';
  readonly retry = 'backoff';
}

/**
 * helm would say the same, but as a failure of this input, which then would have to wait for its next try. So the
 * release can begin in the moment in which the namespace appears.
 */
export async function requireNamespace(
  pass: Pass,
  { surroundings, ...ports }: RequireNamespacePorts,
): Promise<Outcome | undefined> {
  const error = await namespaceMissing(pass, surroundings);
  if (error === undefined) return undefined;
  const ms = await recordFailure(pass, { step: 'spec', error }, ports);
  return ms === undefined ? { kind: 'stalled', cause: error.message } : { kind: 'retry', ms };
}

/** That the namespace of the release is missing; undefined if it is there. */
export async function namespaceMissing(
  pass: Pass,
  { isNamespaceMissing }: RequireNamespacePorts['surroundings'],
): Promise<OperatorError | undefined> {
  const { namespace } = pass.target;
  // Its own namespace is there, or the HelmRelease would not be.
  if (namespace === pass.release().metadata.namespace) return undefined;
  if (!(await isNamespaceMissing(namespace, pass.signal))) return undefined;
  return new NamespaceMissingError(
    `namespace ${namespace} of spec.targetNamespace does not exist: create it (kubectl create namespace ${namespace}), or name another one`,
  );
}
