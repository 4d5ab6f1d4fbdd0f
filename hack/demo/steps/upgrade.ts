import type { Demo } from '../demo.ts';
import { helmHistory } from '../helm-history.ts';
import { isDeployed, isReady } from '../release.ts';
import type { Release } from '../release.ts';
import type { Shell } from '../shell.ts';
import { expect } from '../step-failed.ts';

export async function upgrade({ shell, screen }: Demo, release: Release): Promise<void> {
  screen.step('A commit changes the chart, and the operator upgrades the release');
  await shell.show(`sed -i 's/1\\.0\\.0/1.1.0/; s/3\\.9/3.10/' charts/shop/*.yaml`);
  const committed = performance.now();
  await shell.show(`git commit --quiet --all --message 'Shop 1.1.0 with pause 3.10' && git push --quiet`);
  const deployed = await release.until('revision 2 is made', (state) => isDeployed(state, 2));
  const ready = await release.until('its pods become ready', (state) => isReady(state, 2));
  screen.note(
    `deployed ${seconds(deployed.at - committed)} after git commit, ready after ${seconds(ready.at - committed)}`,
  );
  await shell.show('helm history shop');
  const [, second] = await helmHistory(shell);
  expect(
    second?.status === 'deployed' && second.chart === 'shop-1.1.0',
    'revision 2 is not shop-1.1.0, deployed',
  );
  await shell.show('kubectl get deployment shop -o wide');
  const image = await imageOf(shell);
  expect(image.endsWith(':3.10'), `the Deployment has the image ${image} instead of the new one`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function imageOf(shell: Shell): Promise<string> {
  return shell.ask(`kubectl get deployment shop -o jsonpath='{.spec.template.spec.containers[0].image}'`);
}
