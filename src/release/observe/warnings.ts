import type { KubeEvent } from '../../health/kube-event.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { Resource } from '../../kube/resource.ts';
import { EVENTS } from '../../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';

/** What was said makes an answer better; who may not read it still gets one. */
export async function warningsIn(
  namespace: string,
  resourceOf: (type: ResourceType) => Pick<Resource<KubeObject>, 'list'>,
  signal: AbortSignal,
): Promise<readonly KubeEvent[]> {
  try {
    return (await resourceOf(EVENTS).list({ namespace, fieldSelector: 'type=Warning' }, signal)).items;
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}
