import type { Demo } from '../demo.ts';
import { GIT_SYNC, untilApplied } from '../git-sync.ts';
import { HELM_RELEASE } from '../release.ts';
import { expect } from '../step-failed.ts';

export async function removeIt({ shell, screen }: Demo): Promise<void> {
  screen.step('A commit takes the manifest away, and the operator uninstalls the release');
  await shell.show(
    `git rm --quiet deploy/shop.yaml && git commit --quiet --message 'Close the shop' && git push --quiet`,
  );
  await untilApplied(shell);
  await shell.show(`kubectl wait --for=delete ${HELM_RELEASE}/shop --timeout=30s`);
  const releases = await shell.show('helm list');
  expect(!releases.includes('shop'), 'helm list still shows the release');
  await shell.show('kubectl wait --for=delete pod --selector=app.kubernetes.io/instance=shop --timeout=30s');
  await shell.show('kubectl get deployments,pods');
  const left = await shell.ask('kubectl get deployments,replicasets,pods -o name');
  expect(left === '', `the workload is not gone: ${left.trim()}`);
  await shell.show(`kubectl get ${GIT_SYNC} -o wide`);
  await shell.show('kubectl get configmap shop-settings');
}
