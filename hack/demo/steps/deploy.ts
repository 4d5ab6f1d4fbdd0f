import type { Demo } from '../demo.ts';
import { helmHistory } from '../helm-history.ts';
import { HELM_RELEASE } from '../release.ts';
import type { Release } from '../release.ts';
import { pushUntilReady } from '../push.ts';
import { expect } from '../step-failed.ts';

export async function deploy(demo: Demo, release: Release): Promise<void> {
  const { shell, screen } = demo;
  screen.step(
    'A commit brings a HelmRelease: the operator applies it, and installs the chart of the same commit',
  );
  shell.cd('$DEMO/shop');
  await shell.show('cp $DEMO/shop.yaml deploy/ && cat deploy/shop.yaml');
  await shell.show(`git add deploy && git commit --quiet --message 'Deploy the shop'`);
  await pushUntilReady(demo, release, 1, 'the installation');
  await shell.show(`kubectl get ${HELM_RELEASE}`);
  const deployment = await shell.show('kubectl get deployment shop');
  expect(deployment.includes('2/2'), 'the Deployment of the chart does not have two pods that are ready');

  screen.step('It is a release like any other of Helm: helm itself shows it');
  await shell.show('helm history shop');
  const history = await helmHistory(shell);
  expect(
    history.length === 1 && history[0]?.status === 'deployed',
    'helm history does not show one revision that is deployed',
  );
}
