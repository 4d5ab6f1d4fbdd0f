import { createLogReader } from '../kube/pod-logs.ts';
import { readDefinitions } from '../charts/content/definitions.ts';
import { createDiscovery } from '../kube/discovery.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../kube/resource-type.ts';
import { createCrds } from '../release/act/crds.ts';
import type { Crds } from '../release/act/crds.ts';
import { createRestartWorkloads } from '../release/act/restart.ts';
import type { RestartWorkloads } from '../release/act/restart.ts';
import { createFieldOwners } from '../release/observe/field-owners.ts';
import type { FieldOwners } from '../release/observe/field-owners.ts';
import { createTellOfHook } from '../release/observe/hook-evidence.ts';
import type { TellOfHook } from '../release/observe/hook-evidence.ts';
import { createRenderedSecrets } from '../release/observe/rendered-secrets.ts';
import type { RenderedSecrets } from '../release/observe/rendered-secrets.ts';
import type { Cluster } from './cluster.ts';
import { kindsOf } from './definition-kinds.ts';
import type { Environment } from './environment.ts';
import type { Parts } from './parts.ts';
import type { ReadParts, ReadPorts } from './read-ports.ts';

/** What the actions of the release domain need beside helm and its storage. */
export interface ActPorts {
  readonly resourceAs: Cluster['resourceAs'];
  readonly fieldOwners: FieldOwners;
  readonly crds: Crds;
  readonly renderedSecrets: RenderedSecrets;
  readonly restartWorkloads: RestartWorkloads;
  readonly tellOfHook: TellOfHook;
}

export type ActParts = Pick<Parts, 'cluster' | 'storage'> &
  Pick<ReadPorts, 'readPayload'> &
  Pick<ReadParts, 'memories'>;

export function createActPorts(
  { cluster, storage, readPayload, memories }: ActParts,
  { clock }: Pick<Environment, 'clock'>,
): ActPorts {
  const { resourceOf, resourceAs, transport } = cluster;
  const renderedSecrets = createRenderedSecrets(storage, memories.hidden);
  const readLogTail = createLogReader(transport);
  // Of its own, because it asks again at once for what is about to appear.
  const discovery = createDiscovery(transport, { clock, missMs: 0 });
  return {
    resourceAs,
    crds: createCrds((user) => ({
      readDefinitions,
      definitions: resourceAs(user, CUSTOM_RESOURCE_DEFINITIONS),
      resourceFor: async ({ apiVersion = '', kind = '' }, signal) => {
        const type = await discovery.find(apiVersion, kind, signal);
        return type && resourceAs(user, type);
      },
      isServed: async (definition, signal) => {
        for (const { apiVersion, kind } of kindsOf(definition)) {
          if ((await discovery.find(apiVersion, kind, signal)) === undefined) return false;
        }
        return true;
      },
      clock,
    })),
    renderedSecrets,
    fieldOwners: createFieldOwners({
      readPayload,
      typeOf: (apiVersion, kind, signal) => cluster.discovery.find(apiVersion, kind, signal),
      metadataOf: cluster.metadataOf,
    }),
    restartWorkloads: createRestartWorkloads({ readPayload, resourceAs }),
    tellOfHook: createTellOfHook({ storage, resourceOf, readLogTail, renderedSecrets }),
  };
}
