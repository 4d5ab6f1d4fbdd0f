import { allKinds } from '../kube/all-kinds.ts';
import { createDiscovery, type Discovery } from '../kube/discovery.ts';
import { actingAs } from '../kube/impersonate.ts';
import { createResource } from '../kube/resource.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../kube/resource-type.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Transport } from '../kube/transport.ts';
import { SERVED_WITHIN_MS, untilServed } from '../health/definition-served.ts';
import type { ApplyTask } from '../sync/act/apply-task.ts';
import type { AccountView } from '../sync/ports.ts';
import type { Fault } from '../sync/document.ts';
import type { Clock } from '../telemetry/clock.ts';
import { byAccount } from './by-account.ts';
import { kindsOf } from './definition-kinds.ts';

/** The cluster by the rights of an account, whatever the operator itself may do. */
export function createAccountViews(transport: Transport, clock: Clock): (account: string) => AccountView {
  return byAccount((account: string) => viewOf(actingAs(transport, account), clock));
}

function viewOf(transport: Transport, clock: Clock): AccountView {
  const discovery = createDiscovery(transport, { clock });
  const resourceOf: AccountView['stage']['resourceOf'] = (type) => createResource(transport, type);
  const definitions = createResource<KubeObject>(transport, CUSTOM_RESOURCE_DEFINITIONS);
  return {
    discovery,
    kinds: (signal) => allKinds(transport, signal),
    metadataOf: (type) => createResource<KubeObject>(transport, type, { metadataOnly: true }),
    stage: {
      resourceOf,
      definitionsServed: async (tasks, signal) => {
        const deadlineMs = clock.monotonicMs() + SERVED_WITHIN_MS;
        const isServed = (definition: KubeObject, given: AbortSignal): Promise<boolean> =>
          servesAll(discovery, definition, given);
        const ports = { definitions, isServed, clock };
        const faults = await Promise.all(
          tasks.map(async (task) => faultOf(task, await untilServed(task.object, deadlineMs, ports, signal))),
        );
        return faults.filter((fault) => fault !== undefined);
      },
    },
  };
}

async function servesAll(
  discovery: Discovery,
  definition: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { apiVersion, kind } of kindsOf(definition)) {
    discovery.forget(apiVersion);
    if ((await discovery.find(apiVersion, kind, signal)) === undefined) return false;
  }
  return true;
}

function faultOf(
  { file, index, line, object }: ApplyTask,
  served: Awaited<ReturnType<typeof untilServed>>,
): Fault | undefined {
  const place = { file, index, line, object: `CustomResourceDefinition ${object.metadata.name}` };
  switch (served.kind) {
    case 'served':
      return undefined;
    case 'refused':
      return { ...place, why: served.why };
    case 'late':
      return {
        ...place,
        why: `is not served after ${String(SERVED_WITHIN_MS / 1_000)} s: see its conditions (kubectl describe crd ${object.metadata.name})`,
      };
  }
}
