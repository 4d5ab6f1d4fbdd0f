import type { GitSync } from '../api/gitsync/git-sync.ts';
import { GITOPS_GROUP, SYNC_PLURAL } from '../api/names.ts';
import { isForbidden, unlessForbidden } from '../kube/errors.ts';
import type { Resource } from '../kube/resource.ts';
import type { KubeObject } from '../kube/resource-type.ts';

export interface WhyOrphanPorts {
  readonly definitions: Pick<Resource<KubeObject>, 'get'>;
  readonly namespaces: Pick<Resource<KubeObject>, 'get'>;
  readonly syncs: Pick<Resource<GitSync>, 'dryRunCreate'>;
}

/**
 * Nobody who deletes the kind GitSync, or a namespace with the account that deploys, has asked for the objects everywhere
 * to be deleted.
 */
export function createWhyOrphan({
  definitions,
  namespaces,
  syncs,
}: WhyOrphanPorts): (sync: GitSync, signal: AbortSignal) => Promise<string | undefined> {
  return async (sync, signal) => {
    const { namespace = '' } = sync.metadata;
    const definition = await unlessForbidden(
      definitions.get({ name: `${SYNC_PLURAL}.${GITOPS_GROUP}` }, signal),
    );
    if (definition === 'forbidden') return await whyRefused(syncs, sync, signal);
    if (definition === undefined || definition.metadata.deletionTimestamp !== undefined) {
      return 'the kind GitSync is being deleted';
    }
    const there = await unlessForbidden(namespaces.get({ name: namespace }, signal));
    return there !== 'forbidden' && there?.metadata.deletionTimestamp !== undefined
      ? 'its namespace is being deleted'
      : undefined;
  };
}

/** Who may not read definitions learns it from the refusal to create another GitSync. */
async function whyRefused(
  syncs: WhyOrphanPorts['syncs'],
  { apiVersion, kind, metadata, spec }: GitSync,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace = '' } = metadata;
  const probe: GitSync = {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: { name: 'is-the-definition-terminating', namespace },
    spec,
  };
  try {
    await syncs.dryRunCreate(probe, signal);
    return undefined;
  } catch (caught) {
    if (!isForbidden(caught)) throw caught;
    return /terminat/i.test(String(caught))
      ? 'the kind GitSync, or its namespace, is being deleted'
      : 'it cannot be told whether the kind GitSync is being deleted: the operator may neither read its CustomResourceDefinition nor create a GitSync';
  }
}
