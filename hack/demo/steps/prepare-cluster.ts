import { writeFile } from 'node:fs/promises';
import { stop } from '../../testenv/testenv.ts';
import type { Demo } from '../demo.ts';
import { isolate } from '../given-cluster.ts';
import { expect } from '../step-failed.ts';

/** A cluster of the demo's own; or a namespace in the one that the person has given. */
export async function prepareCluster(demo: Demo): Promise<void> {
  const { cluster } = demo;
  await (cluster.kind === 'own' ? startControlPlane(demo) : useGivenCluster(demo, cluster.kubeconfig));
}

async function startControlPlane({ dir, namespace, shell, screen, cleanUp }: Demo): Promise<void> {
  screen.step('A Kubernetes control plane starts on this machine: real, except that its pods are simulated');
  const home = `${dir}/control-plane`;
  cleanUp.defer('the control plane', () => stop(home));
  shell.export({ DEMO: dir });
  await shell.show('npm run -s testenv -- start $DEMO/control-plane');
  shell.export({ KUBECONFIG: '$DEMO/control-plane/kubeconfig', PATH: '$DEMO/bin:$PATH' });
  await shell.show(`kubectl create namespace ${namespace}`);
  await shell.show(`kubectl config set-context --current --namespace=${namespace}`);
  const nodes = await shell.show('kubectl get nodes');
  expect(/ Ready /.test(nodes), 'the control plane has no node that is ready');
}

async function useGivenCluster(demo: Demo, kubeconfig: string): Promise<void> {
  const { dir, namespace, shell, screen } = demo;
  screen.step(`Your cluster gets a namespace, ${namespace}: everything happens there`);
  // A copy, because the demo chooses a namespace in it, and the person's own file is none of its business.
  shell.export({ DEMO: dir, KUBECONFIG: kubeconfig });
  shell.export({ PATH: '$DEMO/bin:$PATH' });
  await writeFile(`${dir}/kubeconfig`, '', { mode: 0o600 });
  await shell.show('kubectl config view --raw --minify --flatten > $DEMO/kubeconfig');
  shell.export({ KUBECONFIG: '$DEMO/kubeconfig' });
  await isolate(demo);
  await shell.show(`kubectl create namespace ${namespace}`);
  await shell.show(`kubectl config set-context --current --namespace=${namespace}`);
  await shell.show('kubectl version');
}
