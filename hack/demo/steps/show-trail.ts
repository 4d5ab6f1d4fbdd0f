import type { Demo } from '../demo.ts';
import { helmHistory } from '../helm-history.ts';
import { expect } from '../step-failed.ts';

const COMMIT_LABEL = 'helm-release-operator.io/commit';

/** Who has changed what: from a pod back to a person, and Git's history beside Helm's. */
export async function showTrail({ shell, screen }: Demo): Promise<void> {
  screen.step('The trail: Git says who wanted what, and each revision of Helm names its commit');
  await shell.show(`git log --reverse --format='%h %<(16)%an %s' -- deploy/shop.yaml`);
  await shell.show('helm history shop');
  const history = await helmHistory(shell);
  const commits = (await shell.ask('git log --reverse --format=%H -- deploy/shop.yaml')).trim().split('\n');
  const [first = '', second = '', third = '', last = ''] = commits;
  const named = [first, second, third, second, last]; // revision 4 is the rollback
  for (const [at, commit] of named.entries()) {
    expect(
      history[at]?.description.includes(commit) === true,
      `revision ${String(at + 1)} does not name commit ${commit}, but says "${history[at]?.description ?? ''}"`,
    );
  }

  screen.step('From a pod to the person whose commit it runs');
  await shell.show('kubectl get pods --selector=app.kubernetes.io/instance=shop');
  await shell.show(
    `kubectl get secrets --selector=owner=helm,name=shop,status=deployed --label-columns=version,${COMMIT_LABEL}`,
  );
  const commit = await shell.ask(
    `kubectl get secrets --selector=owner=helm,name=shop,status=deployed -o jsonpath='{.items[0].metadata.labels.${COMMIT_LABEL.replaceAll('.', '\\.')}}'`,
  );
  expect(commit === last, `Helm's newest revision names commit ${commit} instead of ${last}`);
  const shown = await shell.show(`git show --no-patch --format='%an <%ae>: %s' ${commit}`);
  expect(shown.startsWith('Ada Lovelace <ada@example.com>'), 'the trail does not lead to the author');
}
