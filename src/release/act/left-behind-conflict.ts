import type { FormerRelease } from '../../api/helm-release.ts';
import { UNINSTALL_LEFT_BEHIND_ANNOTATION } from '../../api/names.ts';
import { HelmError } from '../../helm/errors.ts';
import { formatTarget } from '../plan.ts';

/**
 * helm refuses objects of another release. Where that is one that the HelmRelease itself stood for before, which has
 * objects of the same names, there is a better way out than helm can know.
 */
export function explainConflict(error: HelmError, leftBehind: readonly FormerRelease[]): HelmError {
  const { class: failure, reason, retry, stderrTail, message } = error;
  if (failure !== 'OWNERSHIP') return error;
  const former = leftBehind.map(formatTarget).find((release) => message.includes(`release ${release}: `));
  if (former === undefined) return error;
  const what = message.slice(0, message.indexOf(`release ${former}: `));
  return new HelmError(
    `${what}release ${former}, which this HelmRelease stood for before and left behind: to have that one uninstalled, set the annotation ${UNINSTALL_LEFT_BEHIND_ANNOTATION} to ${former}; to go on with it, set spec.releaseName and spec.targetNamespace back`,
    { class: failure, reason, retry, stderrTail },
  );
}
