import type { Demo } from '../demo.ts';
import { HELM_RELEASE, isReady } from '../release.ts';
import type { Release } from '../release.ts';
import { expect } from '../step-failed.ts';

export async function becomeReady({ shell, screen }: Demo, release: Release): Promise<void> {
  screen.step('The operator fetches the chart from Git, installs it and waits for its pods');
  await release.until('the installation', (state) => isReady(state, 1));
  await shell.show(`kubectl get ${HELM_RELEASE}`);
  const deployment = await shell.show('kubectl get deployment shop');
  expect(deployment.includes('2/2'), 'the Deployment of the chart does not have two pods that are ready');
}
