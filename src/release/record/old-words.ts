import type { Operation } from '../../api/helm-release.ts';
import type { Step } from '../observe/memory.ts';

/** The beginnings by which people's searches of logs and Events find what went wrong, as 1.4.4 wrote them. */
const BEGINNINGS: Readonly<Record<Step, string>> = {
  chart: 'failed to prepare chart for release',
  values: 'failed to compose values for release',
  spec: 'invalid HelmRelease',
  ownership: 'failed to determine sync action for release',
  install: 'installation failed',
  upgrade: 'upgrade failed',
  wait: 'upgrade failed',
  test: 'test failed',
  rollback: 'rollback failed',
  uninstall: 'uninstall failed',
};

const GIT_AUTH = 'git auth error: ';

/** What failed, in the words of 1.4.4, and why, in ours. To it a wait that ran out was part of what it waited for. */
export function inOldWords(step: Step, action: Operation['action'] | undefined, cause: string): string {
  const beginning = BEGINNINGS[step === 'wait' && action === 'install' ? 'install' : step];
  const kind = step === 'chart' && !cause.startsWith(GIT_AUTH) ? 'chart unavailable: ' : '';
  return `${beginning}: ${kind}${cause}`;
}

/** These name what they were doing themselves; for the others it is said before the cause. */
const NAMES_ITSELF: ReadonlySet<Step> = new Set([
  'install',
  'upgrade',
  'wait',
  'test',
  'rollback',
  'uninstall',
]);

/** The same for an Event, which people read without knowing where they are. */
export function inWordsOfEvents(step: Step, cause: string): string {
  return NAMES_ITSELF.has(step) ? cause : inOldWords(step, undefined, cause);
}
