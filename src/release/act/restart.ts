import { describe } from '../../api/errors.ts';
import { RESTARTED_ANNOTATION } from '../../api/names.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { ApiError, isNotFound } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Resource } from '../../kube/resource.ts';
import type { ReadPayload } from '../observe/payloads.ts';
import type { Account } from '../plan.ts';
import type { RevisionId } from '../observe/readiness.ts';
import { assessedKind } from '../observe/workloads.ts';

/**
 * Has the pods of a revision's workloads made anew, as often as it is called once only: what says so is the same each
 * time. Gives a sentence for each workload that could not be restarted.
 */
export type RestartWorkloads = (
  target: ReleaseTarget,
  of: RevisionId,
  account: Account | undefined,
  signal: AbortSignal,
) => Promise<readonly string[]>;

export interface RestartPorts {
  readonly readPayload: ReadPayload;
  /** By the rights of an account, or by the operator's own. */
  readonly resourceAs: (
    user: string | undefined,
    type: ResourceType,
  ) => Pick<Resource<KubeObject>, 'mergePatch'>;
}

const RESTARTED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

export function createRestartWorkloads({ readPayload, resourceAs }: RestartPorts): RestartWorkloads {
  return async (target, of, account, signal) => {
    const payload = await readPayload(target, of, signal);
    const annotations = { [RESTARTED_ANNOTATION]: restartOf(of) };
    const patch = { spec: { template: { metadata: { annotations } } } };
    const problems: string[] = [];
    for (const { apiVersion, kind, namespace, name } of payload?.objects ?? []) {
      const type = RESTARTED.has(kind) ? assessedKind(apiVersion, kind) : undefined;
      if (type === undefined) continue;
      try {
        await resourceAs(account?.user, type).mergePatch({ namespace, name }, patch, signal);
      } catch (caught) {
        if (isNotFound(caught)) continue;
        // The rollback stands all the same; trouble of the platform passes, and the whole is tried again.
        if (!(caught instanceof ApiError) || caught.status >= 500 || caught.status === 429) throw caught;
        problems.push(`${kind} ${namespace ?? ''}/${name}: ${describe(caught)}`);
      }
    }
    return problems;
  };
}

/** The number of the revision, which Helm uses again after an uninstall, and a piece of what makes it unique. */
function restartOf({ revision, uid }: RevisionId): string {
  return `revision-${String(revision)}-${uid.slice(0, 8)}`;
}
