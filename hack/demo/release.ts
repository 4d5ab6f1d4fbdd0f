import type { HelmRelease } from '../../src/api/helm-release.ts';
import type { Demo } from './demo.ts';
import { follow } from './following.ts';
import type { Seen } from './following.ts';
import { end } from './shell.ts';

/** The HelmRelease of the demo, from state to state. */
export interface Release {
  until(what: string, holds: (release: HelmRelease) => boolean): Promise<Seen<HelmRelease>>;
}

/** The full name: another kind in a person's cluster may be called HelmRelease too. */
export const HELM_RELEASE = 'helmreleases.helm.fluxcd.io';

/** Follows the HelmRelease by a watch, so that what is measured is the operator and not the pause between two looks. */
export function followRelease({ shell, screen, cleanUp, signal, patienceMs }: Demo): Release {
  const child = shell.spawn(
    `kubectl get ${HELM_RELEASE} --field-selector=metadata.name=shop --watch -o jsonpath='{@}{"\\n"}'`,
  );
  cleanUp.defer('the watch of the HelmRelease', () => end(child));
  const following = follow<HelmRelease>(child);
  let told: string | undefined;
  return {
    until: async (what, holds) => {
      const waiting = screen.waiting(what);
      const onChange = (release: HelmRelease): void => {
        const message = readyMessage(release);
        if (message !== undefined && message !== told) waiting.say(message);
        told = message;
      };
      const describe = (release: HelmRelease | undefined): string =>
        `the HelmRelease says "${(release && readyMessage(release)) ?? 'nothing yet'}"`;
      try {
        return await following.until(what, holds, { patienceMs, signal, onChange, describe });
      } finally {
        waiting.end();
      }
    },
  };
}

export function isReady(release: HelmRelease, revision: number): boolean {
  return isTrue(release, 'Ready') && release.status?.deployed?.revision === revision;
}

/** Helm has made the revision; its pods may still be on their way. */
export function isDeployed(release: HelmRelease, revision: number): boolean {
  return release.status?.history?.[0]?.revision === revision;
}

export function isTrue({ status }: HelmRelease, type: string): boolean {
  return (
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
  );
}

function readyMessage({ status }: HelmRelease): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
}
