import type { Demo } from '../demo.ts';
import { helmHistory } from '../helm-history.ts';
import type { Release } from '../release.ts';
import { pushUntilReady } from '../push.ts';
import type { Shell } from '../shell.ts';
import { expect } from '../step-failed.ts';

export async function upgrade(demo: Demo, release: Release): Promise<void> {
  const { shell, screen } = demo;
  screen.step('A commit changes chart and values, and both arrive as one revision');
  await shell.show(`sed -i 's/1\\.0\\.0/1.1.0/' charts/shop/Chart.yaml`);
  await shell.show(`sed -i 's/3\\.9/3.10/' deploy/shop.yaml`);
  await shell.show(`git commit --quiet --all --message 'Shop 1.1.0 with pause 3.10'`);
  await pushUntilReady(demo, release, 2, 'revision 2 is made');
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

async function imageOf(shell: Shell): Promise<string> {
  return shell.ask(`kubectl get deployment shop -o jsonpath='{.spec.template.spec.containers[0].image}'`);
}
