import type { GitSync } from '../api/gitsync/git-sync.ts';
import { describe } from '../api/errors.ts';
import { GITOPS_API_VERSION, GITOPS_GROUP, GITOPS_VERSION, SYNC_KIND, SYNC_PLURAL } from '../api/names.ts';
import type { Discovery } from '../kube/discovery.ts';
import { sleep } from '../kube/http/abort.ts';
import type { Informer } from '../kube/informer.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import type { Logger } from '../telemetry/logger.ts';

export const SYNCS: ResourceType = {
  group: GITOPS_GROUP,
  version: GITOPS_VERSION,
  kind: SYNC_KIND,
  plural: SYNC_PLURAL,
  namespaced: true,
};

const LOOK_MS = 30_000;

/**
 * Watches GitSyncs from when the cluster has the kind. Whoever swaps the image of Helm Operator for ours may never install
 * it, and misses nothing else.
 */
export async function watchOnceServed(
  informer: Pick<Informer<GitSync>, 'start'>,
  discovery: Pick<Discovery, 'find'>,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  let said = '';
  for (;;) {
    const why = await discovery.find(GITOPS_API_VERSION, SYNC_KIND, signal).then(
      (type) => (type === undefined ? 'the cluster has no kind GitSync yet' : undefined),
      (caught: unknown) => describe(caught),
    );
    if (why === undefined) break;
    if (why !== said) log.info('GitSyncs are not looked after', { why });
    said = why;
    await sleep(LOOK_MS, signal);
  }
  informer.start();
}
