import type { KubeObject } from '../kube/resource-type.ts';
import type { ObjectCondition } from './condition.ts';

/** The parts of a pod that say how it is. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly restartPolicy?: string;
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly ObjectCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  /** `Always` on an init container makes it a sidecar: it keeps running. */
  readonly restartPolicy?: string;
  readonly readinessProbe?: unknown;
  readonly startupProbe?: unknown;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: Terminated;
}

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly signal?: number;
  /** Written by the program itself, except for the reasons of a start that failed: may hold anything. */
  readonly message?: string;
}
