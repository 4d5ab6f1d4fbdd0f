import { setTimeout as delay } from 'node:timers/promises';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import type { Demo } from '../demo.ts';
import { helmHistory } from '../helm-history.ts';
import { passes } from '../metrics.ts';
import { HELM_RELEASE, isTrue } from '../release.ts';
import type { Release } from '../release.ts';
import { expect, StepFailed } from '../step-failed.ts';

const LOOKS = 3;
const POLL_MS = 250;

/** A commit that cannot work: the release goes back by itself, says why, and stays there. */
export async function breakIt(demo: Demo, release: Release, operatorUrl: string): Promise<void> {
  const { shell, screen } = demo;
  screen.step('A commit names an image that does not exist: the upgrade fails, and the operator rolls back');
  await shell.show(`sed -i 's/3\\.10/3.11-missing/' deploy/shop.yaml`);
  await shell.show(
    `git commit --quiet --all --author 'Charles Babbage <charles@example.com>' --message 'Pause 3.11'`,
  );
  await shell.show('git push --quiet');
  const { object } = await release.until('the rollback', isRolledBack);
  await shell.show('helm history shop');
  const revisions = await helmHistory(shell);
  expect(
    revisions[2]?.status === 'failed' && revisions[3]?.status === 'deployed',
    'helm history does not show revision 3 as failed and revision 4, the rollback, as deployed',
  );
  await shell.show('kubectl get deployment shop -o wide');

  screen.step('kubectl describe tells the cause: which pod, and why');
  await shell.show(`kubectl describe ${HELM_RELEASE} shop | sed -n '/^  Failure:/,/^    Time:/p'`);
  const cause = object.status?.failure?.cause ?? '';
  expect(
    /pod.*shop-/i.test(cause) && cause.includes('3.11-missing'),
    `the cause names no pod and image: ${cause}`,
  );

  screen.step('The bad commit is not tried again');
  await untilLookedAt(demo, operatorUrl);
  await shell.show('helm history shop');
  const says = await shell.show(
    `kubectl get ${HELM_RELEASE} shop -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}'`,
  );
  expect(says.includes('not tried again'), 'the status does not say that the bad commit is not tried again');
  expect((await helmHistory(shell)).length === revisions.length, 'there is a new revision of the bad commit');
}

function isRolledBack(release: HelmRelease): boolean {
  return isTrue(release, 'RolledBack') && release.status?.deployed?.revision === 4;
}

/** Nothing happening proves something only when the operator has looked at the release meanwhile. */
async function untilLookedAt({ screen, signal, patienceMs }: Demo, operatorUrl: string): Promise<void> {
  const before = await passes(operatorUrl, signal);
  const began = performance.now();
  const waiting = screen.waiting('the operator looks at the release again');
  try {
    for (;;) {
      const looks = (await passes(operatorUrl, signal)) - before;
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      if (looks >= LOOKS) {
        screen.note(`the operator looked at it ${String(looks)} times in ${seconds} s`);
        return;
      }
      if (performance.now() - began > patienceMs) {
        throw new StepFailed(
          `the operator did not look at the release ${String(LOOKS)} times within ${seconds} s`,
        );
      }
      await delay(POLL_MS, undefined, { signal });
    }
  } finally {
    waiting.end();
  }
}
