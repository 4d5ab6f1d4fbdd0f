import { tools } from '../testenv/testenv.ts';
import type { ClusterChoice } from './demo.ts';

/** Paths of the programs that the demo types. */
export type Tools = Readonly<Record<'helm' | 'kubectl', string>>;

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];

/** Finds, downloads or builds all programs of the demo, and says on standard error how far it is. */
export async function obtainTools({ kind }: ClusterChoice): Promise<Tools> {
  const [helm = '', kubectl = ''] = await tools([
    'helm',
    'kubectl',
    ...(kind === 'own' ? CONTROL_PLANE : []),
  ]);
  return { helm, kubectl };
}
