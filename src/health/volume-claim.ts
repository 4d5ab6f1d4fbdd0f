import type { KubeObject } from '../kube/resource-type.ts';
import { type Health, READY } from './health.ts';
import { subject } from './subject.ts';

interface PersistentVolumeClaim extends KubeObject {
  readonly spec?: { readonly storageClassName?: string };
  readonly status?: { readonly phase?: string };
}

export function volumeClaimHealth(object: KubeObject): Health {
  const { spec, status } = object as PersistentVolumeClaim;
  const { phase = 'Pending' } = status ?? {};
  const name = subject(object);
  if (phase === 'Bound') return READY;
  if (phase === 'Lost') return { kind: 'failed', why: `${name} has lost its volume` };
  const storageClass = spec?.storageClassName ?? '';
  const of = storageClass === '' ? '' : ` (storage class ${storageClass})`;
  return { kind: 'progressing', why: `${name} is not bound to a volume${of}` };
}
