import type { KubeObject, ResourceType } from '../resource-type.ts';

export const LEASES: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** Who leads, by a name of its own for each life of a process, and when it last said so. */
export interface Lease extends KubeObject {
  readonly spec?: {
    /** Empty once its holder has let go of it. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** In milliseconds; those of client-go, but for `lookEveryMs`. */
export interface LeaseTimes {
  /** A lease that has not changed for so long is free. */
  readonly durationMs: number;
  /** Its holder gives up after so long without a renewal: long enough before it is free for its children to end. */
  readonly renewDeadlineMs: number;
  readonly renewEveryMs: number;
  /** Between two looks of one that stands by: a lease that was let go of is taken within two seconds. */
  readonly lookEveryMs: number;
}

export const LEASE_TIMES: LeaseTimes = {
  durationMs: 15_000,
  renewDeadlineMs: 10_000,
  renewEveryMs: 2_000,
  lookEveryMs: 1_000,
};

export interface Holder {
  readonly identity: string;
  /** What the others are to know of it. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly now: Date;
  readonly times: LeaseTimes;
}

/** The lease as it stands once `identity` holds it, made of what is there or anew. */
export function taken(
  name: { readonly namespace: string; readonly name: string },
  { identity, annotations, now, times }: Holder,
  lease?: Lease,
): Lease {
  const { metadata = name } = lease ?? {};
  const { leaseTransitions } = lease?.spec ?? {};
  const { [LET_GO]: _letGo, ...others } = lease?.metadata.annotations ?? {};
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...metadata,
      annotations: { ...others, ...annotations },
    },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(times.durationMs / 1000),
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: leaseTransitions === undefined ? 0 : leaseTransitions + 1,
    },
  };
}

export function renewed(lease: Lease, { durationMs }: LeaseTimes, now: Date): Lease {
  const leaseDurationSeconds = Math.ceil(durationMs / 1000);
  return { ...lease, spec: { ...lease.spec, leaseDurationSeconds, renewTime: microTime(now) } };
}

/** Says that its holder had ended all that it did. Whoever empties a lease by hand does not write it. */
const LET_GO = 'helm-release-operator.io/let-go';

export function isLetGo({ metadata }: Lease): boolean {
  return metadata.annotations?.[LET_GO] === 'true';
}

/** For whoever stands by to take at once. A second is the shortest that the API server accepts. */
export function letGo(lease: Lease, now: Date): Lease {
  return {
    ...lease,
    metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [LET_GO]: 'true' } },
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) },
  };
}

/** As Kubernetes' MicroTime has it, which takes no other. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
