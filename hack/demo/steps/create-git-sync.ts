import type { Demo } from '../demo.ts';
import { GIT_SYNC, untilApplied } from '../git-sync.ts';
import { followRelease } from '../release.ts';
import type { Release } from '../release.ts';
import { expect } from '../step-failed.ts';

/** The last thing that is applied by hand; what becomes of the release is followed from here on. */
export async function createGitSync(demo: Demo): Promise<Release> {
  const { shell, screen } = demo;
  screen.step('A GitSync names the folder. From here on the cluster is changed by commits alone');
  await shell.show(`sed -n '/^kind: GitSync/,$p' $DEMO/gitsync.yaml`);
  await shell.show('kubectl apply -f $DEMO/gitsync.yaml');
  await untilApplied(shell);
  await shell.show(`kubectl get ${GIT_SYNC} -o wide`);
  const settings = await shell.show('kubectl get configmap shop-settings');
  expect(settings.includes('shop-settings'), 'the ConfigMap of the folder is not in the cluster');
  return followRelease(demo);
}
