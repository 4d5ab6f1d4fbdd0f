import { OperatorError } from '../../api/errors.ts';
import { MIGRATE_ANNOTATION } from '../../api/names.ts';
import type { TillerRecordOf } from '../observe/tiller.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Pass } from '../pass.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';

export interface RequireConvertedPorts extends FailPorts {
  readonly tillerRecordOf: TillerRecordOf;
}

class HeldByTillerError extends OperatorError {
  readonly reason = 'Helm2Release';
  readonly retry = 'after-change';
}

/** A release that Helm 2 still keeps would be there twice if it were installed. */
export async function requireConverted(
  pass: Pass,
  { tillerRecordOf, ...ports }: RequireConvertedPorts,
): Promise<Outcome | undefined> {
  const error = await heldByTiller(pass, tillerRecordOf);
  if (error === undefined) return undefined;
  await recordFailure(pass, { step: 'spec', error }, ports);
  return { kind: 'stalled', cause: error.message };
}

/** That the release is one of Helm 2; undefined if it is not. */
export async function heldByTiller(
  pass: Pass,
  tillerRecordOf: TillerRecordOf,
): Promise<OperatorError | undefined> {
  const { releaseName } = pass.target;
  const record = await tillerRecordOf(releaseName, pass.signal);
  if (record === undefined) return undefined;
  const annotated = pass.release().metadata.annotations?.[MIGRATE_ANNOTATION] !== undefined;
  return new HeldByTillerError(
    `release ${releaseName} is one of Helm 2 (${record} is Tiller's record of it), and it is not installed a second time${annotated ? `; the annotation ${MIGRATE_ANNOTATION} is not carried out` : ''}: convert it with Helm's 2to3 plugin (helm 2to3 convert ${releaseName}), or delete Tiller's records of it`,
  );
}
