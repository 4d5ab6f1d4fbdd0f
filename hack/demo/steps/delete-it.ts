import type { Demo } from '../demo.ts';
import { expect } from '../step-failed.ts';

export async function deleteIt({ shell, screen }: Demo): Promise<void> {
  screen.step('The HelmRelease is deleted, and the operator uninstalls the release');
  await shell.show('kubectl delete -f shop.yaml');
  const releases = await shell.show('helm list');
  expect(!releases.includes('shop'), 'helm list still shows the release');
  await shell.show('kubectl wait --for=delete pod --selector=app.kubernetes.io/instance=shop --timeout=30s');
  await shell.show('kubectl get deployments,pods');
  const left = await shell.ask('kubectl get deployments,replicasets,pods -o name');
  expect(left === '', `the workload is not gone: ${left.trim()}`);
}
