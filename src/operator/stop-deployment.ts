import { sleep } from '../kube/http/abort.ts';
import type { KubeObject, ResourceType } from '../kube/resource-type.ts';
import type { Resource } from '../kube/resource.ts';

export const DEPLOYMENTS: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};

interface Deployment extends KubeObject {
  readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
}
interface Pod extends KubeObject {
  readonly status?: { readonly phase?: string };
}

export interface StopPorts {
  readonly deployments: Pick<Resource<KubeObject>, 'get' | 'mergePatch'>;
  readonly pods: Pick<Resource<KubeObject>, 'list'>;
  /** Told when it is at 0: from then on nobody works. */
  readonly onScaled: () => void;
  /** Takes what a person may want to know meanwhile. */
  readonly write: (line: string) => void;
  readonly pollMs?: number;
}

const POLL_MS = 1_000;
const OVER: ReadonlySet<string | undefined> = new Set(['Succeeded', 'Failed']);

/**
 * Scales a Deployment to 0 and waits until none of its pods runs any more: each may first bring to its end what it has
 * begun. Where there is none, there is nothing to do.
 */
export async function stopDeployment(
  namespace: string,
  name: string,
  { deployments, pods, onScaled, write, pollMs = POLL_MS }: StopPorts,
  signal: AbortSignal,
): Promise<void> {
  const found: Deployment | undefined = await deployments.get({ namespace, name }, signal);
  if (found === undefined) {
    write(`There is no Deployment ${namespace}/${name}.`);
    return;
  }
  await deployments.mergePatch({ namespace, name }, { spec: { replicas: 0 } }, signal);
  onScaled();
  const labels = Object.entries(found.spec?.selector?.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  let told: number | undefined;
  for (;;) {
    const { items } = await pods.list({ namespace, labelSelector }, signal);
    const left = items.filter((pod: Pod) => !OVER.has(pod.status?.phase)).length;
    if (left === 0) break;
    if (left !== told) write(`Waiting for ${String(left)} pods of Deployment ${namespace}/${name} to end.`);
    told = left;
    await sleep(pollMs, signal);
  }
  write(`Deployment ${namespace}/${name} is scaled to 0, and none of its pods is left.`);
}
