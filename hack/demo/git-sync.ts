import type { Shell } from './shell.ts';

export const GIT_SYNC = 'gitsyncs.gitops.helm-release-operator.io';

/** Whether the operator has brought the newest commit of the clone in. */
export async function untilApplied(shell: Shell): Promise<void> {
  const head = (await shell.ask('git -C $DEMO/shop rev-parse HEAD')).trim();
  await shell.ask(
    `kubectl wait ${GIT_SYNC}/shop --for=jsonpath='{.status.appliedRevision}'=main@sha1:${head} --timeout=30s`,
  );
}
