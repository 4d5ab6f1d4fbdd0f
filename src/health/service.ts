import type { KubeObject } from '../kube/resource-type.ts';
import { type Health, READY } from './health.ts';
import { subject } from './subject.ts';

interface Service extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly externalIPs?: readonly string[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
}

/** Whether a Service has its addresses. That there are pods behind it is the business of the pods' own workload. */
export function serviceHealth(object: KubeObject): Health {
  const { spec = {}, status } = object as Service;
  const name = subject(object);
  if (spec.type === 'ExternalName') return READY;
  if ((spec.clusterIP ?? '') === '') return { kind: 'progressing', why: `${name} has no cluster IP` };
  if (spec.type !== 'LoadBalancer') return READY;
  const hasAddress = (spec.externalIPs ?? []).length > 0 || (status?.loadBalancer?.ingress ?? []).length > 0;
  return hasAddress ? READY : { kind: 'progressing', why: `${name} has no address from its load balancer` };
}
