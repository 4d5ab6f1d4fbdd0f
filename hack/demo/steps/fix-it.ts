import type { Demo } from '../demo.ts';
import { helmHistory } from '../helm-history.ts';
import { HELM_RELEASE, isReady } from '../release.ts';
import type { Release } from '../release.ts';
import { expect } from '../step-failed.ts';

export async function fixIt({ shell, screen }: Demo, release: Release): Promise<void> {
  screen.step('A commit with the right image: healthy again');
  await shell.show(`sed -i 's/3\\.11-missing/3.10.1/' deploy/shop.yaml`);
  await shell.show(`git commit --quiet --all --message 'Pause 3.10.1' && git push --quiet`);
  await release.until('the upgrade', (state) => isReady(state, 5));
  await shell.show(`kubectl get ${HELM_RELEASE}`);
  const newest = (await helmHistory(shell)).at(-1);
  expect(newest?.status === 'deployed' && newest.revision === 5, 'the newest revision is not 5, deployed');
}
