import { asOperatorError, describe } from '../../api/errors.ts';
import { equalJitter } from '../../kube/backoff.ts';
import { isForbidden } from '../../kube/errors.ts';
import { sleep } from '../../kube/http/abort.ts';
import type { Resource, Selection } from '../../kube/resource.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import type { Random } from '../../telemetry/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';

const PAUSES = { baseMs: 5_000, maxMs: 300_000 };

/**
 * Waits until a collection can be listed: the account may get the right to it later, or the kind be installed. That it
 * cannot be is said once for each cause. Rejects on abort only.
 */
export async function untilListed<T extends KubeObject>(
  resource: Pick<Resource<T>, 'type' | 'currentVersion'>,
  selection: Selection,
  { log, random }: { readonly log: Logger; readonly random: Random },
  signal: AbortSignal,
): Promise<void> {
  let said = '';
  for (let failures = 0; ; failures += 1) {
    try {
      await resource.currentVersion(selection, signal);
      return;
    } catch (caught) {
      signal.throwIfAborted();
      const why = isForbidden(caught) ? 'the account may not list them' : describe(asOperatorError(caught));
      const { namespace } = selection;
      if (why !== said) {
        log.info('changes by hand are not seen', { resource: resource.type.plural, namespace, why });
      }
      said = why;
    }
    await sleep(equalJitter(failures, PAUSES, random), signal);
  }
}
