import { helmStatusOf } from '../helm/storage/helm-status.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Resource } from '../kube/resource.ts';

/** Where Helm may keep its records, of which the labels alone are read. */
type RecordKinds = readonly Pick<Resource<KubeObject>, 'list'>[];

/**
 * Fails unless helm is uninstalling the release. Before it makes a hook, helm writes that down; whoever applies the manifests of
 * the chart as they are, hooks and all, has written nothing of the kind.
 */
export async function requireUninstall(
  namespace: string,
  release: string,
  kinds: RecordKinds,
  signal: AbortSignal,
): Promise<void> {
  const statuses: string[] = [];
  for (const kind of kinds) {
    const { items } = await kind.list({ namespace, labelSelector: `owner=helm,name=${release}` }, signal);
    const newest = items.toSorted((a, b) => versionOf(a) - versionOf(b)).at(-1);
    if (newest === undefined) continue;
    const status = helmStatusOf(newest.metadata.labels?.['status']);
    if (status === 'uninstalling') return;
    statuses.push(status);
  }
  const found = statuses[0];
  const fact =
    found === undefined
      ? `there is no release ${namespace}/${release} that helm could be uninstalling`
      : `release ${namespace}/${release} is ${found}, and helm is not uninstalling it`;
  throw new Error(
    `nothing was done, because ${fact}: take the operator away by helm uninstall, and where its manifests are applied without helm, render them without hooks (helm template --no-hooks, or detachOnUninstall: false)`,
  );
}

function versionOf({ metadata }: KubeObject): number {
  const version = Number(metadata.labels?.['version']);
  return Number.isSafeInteger(version) ? version : 0;
}
