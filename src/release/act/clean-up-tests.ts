import { describe } from '../../api/errors.ts';
import { objectsOf } from '../../health/objects.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { JOBS, PODS } from '../../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Resource } from '../../kube/resource.ts';
import { isTestHook } from '../observe/hooks.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';

export interface CleanUpTestsPorts {
  readonly storage: Pick<Storage, 'read'>;
  /** By the rights of an account, or by the operator's own. */
  readonly resourceAs: (
    user: string | undefined,
    type: ResourceType,
  ) => Pick<Resource<KubeObject>, 'get' | 'delete'>;
}

const HOOK_ANNOTATION = 'helm.sh/hook';

/**
 * Deletes the Pods and Jobs that `helm test` has made of a revision: no helm of today does. Whatever they had to tell has
 * to be read before. What stays, stays: the next test replaces it, and no release fails for it.
 */
export async function cleanUpTests(
  pass: Pass,
  { account }: Pick<Plan, 'account'>,
  revision: number,
  { storage, resourceAs }: CleanUpTestsPorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  try {
    const stored = await storage.read(namespace, releaseName, revision, pass.signal);
    const tests = (stored?.hooks ?? []).filter(isTestHook);
    for (const ref of tests.flatMap(({ manifest }) => objectsOf(manifest, namespace))) {
      const type = [PODS, JOBS].find(({ kind }) => kind === ref.kind);
      if (type === undefined || ref.namespace === undefined) continue;
      const objects = resourceAs(account?.user, type);
      const found = await objects.get({ namespace: ref.namespace, name: ref.name }, pass.signal);
      // Another object of that name is not helm's to delete either.
      if (found?.metadata.annotations?.[HOOK_ANNOTATION]?.includes('test') !== true) continue;
      await objects.delete(
        { namespace: ref.namespace, name: ref.name },
        { uid: found.metadata.uid, propagationPolicy: 'Background' },
        pass.signal,
      );
    }
  } catch (caught) {
    pass.signal.throwIfAborted();
    pass.log.warn('could not delete what the tests left', { revision, error: describe(caught) });
  }
}
